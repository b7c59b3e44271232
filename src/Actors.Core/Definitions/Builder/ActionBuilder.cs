namespace Actors.Definitions;

/// <summary>
/// Says what a step or its undo does. Exactly one of the actions is to be called; http calls take further parts.
/// </summary>
/// <typeparam name="TSelf">The builder that is returned.</typeparam>
public abstract class ActionBuilder<TSelf> where TSelf : ActionBuilder<TSelf>
{
    private readonly List<StepAction> _actions = [];
    private readonly string _thing;

    private protected ActionBuilder(string thing) => _thing = thing;

    /// <summary>Types of the handler called; null: unknown.</summary>
    internal HandlerTypes? Types { get; private set; }

    internal List<DefinitionError> Errors { get; } = [];

    private TSelf Self => (TSelf)this;

    /// <summary>Sends GET. See <see cref="StepAction.Http.Url"/>.</summary>
    public TSelf Get(string url) => Http("GET", url);

    /// <summary>Sends POST. See <see cref="StepAction.Http.Url"/>.</summary>
    public TSelf Post(string url) => Http("POST", url);

    /// <summary>Sends PUT. See <see cref="StepAction.Http.Url"/>.</summary>
    public TSelf Put(string url) => Http("PUT", url);

    /// <summary>Sends PATCH. See <see cref="StepAction.Http.Url"/>.</summary>
    public TSelf Patch(string url) => Http("PATCH", url);

    /// <summary>Sends DELETE. See <see cref="StepAction.Http.Url"/>.</summary>
    public TSelf Delete(string url) => Http("DELETE", url);

    /// <summary>Body of the http request: any value; its strings that start with <c>$</c> are paths.</summary>
    public TSelf Body(object? template) => Change("Body", http => http with { Body = Template(template, "body") });

    /// <summary>A header of the http request; see <see cref="StepAction.Http.Headers"/>.</summary>
    public TSelf Header(string name, string value) =>
        Change("Header", http => http with { Headers = http.Headers.SetItem(name, value) });

    /// <summary>
    /// Status codes that are success. Default: 200 to 299, which is replaced: list those of them that remain success.
    /// </summary>
    public TSelf Success(params int[] codes) => Change("Success", http => http with { Success = [.. codes] });

    /// <summary>
    /// Status codes that are transient. Default: 408, 425, 429 and 500 to 599, which are replaced: list those of them
    /// that remain transient.
    /// </summary>
    public TSelf Transient(params int[] codes) => Change("Transient", http => http with { Transient = [.. codes] });

    /// <summary>Result over <c>$.response.{status,headers,body}</c>. Default: the body.</summary>
    public TSelf Response(object? template) =>
        Change("Response", http => http with { Response = Template(template, "response") });

    /// <summary>Largest response body. Default: 10 MiB.</summary>
    public TSelf ResponseMax(long bytes) => Change("ResponseMax", http => http with { ResponseBytesMax = bytes });

    /// <summary>Calls a handler class, by its name (<see cref="HandlerNames"/>).</summary>
    public TSelf Call<THandler>() where THandler : class
    {
        Types = HandlerTypes.Of(typeof(THandler));
        if (Types is null)
        {
            Error("handler",
                $"calls {typeof(THandler).Name}, which implements IStepHandler<TInput, TOutput> not once; implement " +
                "it once, or call the handler by name");
        }

        try
        {
            return Add(new StepAction.Handler(HandlerNames.Of<THandler>()));
        }
        catch (InvalidNameException e)
        {
            Error("name", $"calls a handler that has no legal name: {e.Message}");
            return Add(new StepAction.Handler("unnamed"));
        }
    }

    /// <summary>Calls a handler that is registered under a name.</summary>
    public TSelf Call(string handler) => Add(new StepAction.Handler(handler));

    /// <summary>Publishes an event.</summary>
    /// <param name="name">Name of the event.</param>
    /// <param name="data">Its data, as in <see cref="Body"/>; null: the step's input.</param>
    public TSelf Emit(string name, object? data = null) =>
        Add(new StepAction.Emit(name, data is null ? null : Template(data, "data")));

    /// <summary>Calls an operation of a shared entity.</summary>
    public TSelf Entity(string type, string id, string operation) => Add(new StepAction.Entity(type, id, operation));

    /// <summary>Takes a while and may fail; for analysis.</summary>
    public TSelf Simulate(
        TimeSpan duration, DurationDistribution distribution = DurationDistribution.Fixed, double failures = 0) =>
        Add(new StepAction.Simulate(duration, distribution, failures));

    internal StepAction Action()
    {
        if (_actions.Count == 0)
        {
            Error("no-action",
                "does nothing; call one of Get, Post, Put, Patch, Delete, Call, Delay, Wait, Emit, Entity, Child, " +
                "Simulate");
        }

        if (_actions.Count > 1)
            Error("two-actions", $"does {_actions.Count} things; a step does one: make it {_actions.Count} steps");
        return _actions.Count == 0 ? new StepAction.Handler("unreadable") : _actions[0];
    }

    private protected TSelf Add(StepAction action)
    {
        _actions.Add(action);
        return Self;
    }

    private protected void Error(string rule, string message) =>
        Errors.Add(new DefinitionError(rule, $"{_thing} {message}"));

    private protected Template? Template(object? value, string what)
    {
        try
        {
            return Templates.Of(value, $"{_thing}: '{what}'");
        }
        catch (DefinitionException e)
        {
            Errors.AddRange(e.Errors);
            return null;
        }
    }

    private TSelf Http(string method, string url) => Add(new StepAction.Http { Method = method, Url = url });

    private TSelf Change(string what, Func<StepAction.Http, StepAction.Http> change)
    {
        if (_actions.Count > 0 && _actions[^1] is StepAction.Http http) _actions[^1] = change(http);
        else Error("misplaced-key", $"has {what}(...), which belongs behind Get, Post, Put, Patch or Delete");
        return Self;
    }
}

/// <summary>Says how a step is undone.</summary>
public sealed class UndoBuilder : ActionBuilder<UndoBuilder>
{
    internal UndoBuilder(string thing) : base(thing)
    {
    }
}

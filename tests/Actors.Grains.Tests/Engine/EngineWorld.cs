using Actors.Definitions;
using Actors.Grains.Tests.Hosting.Rig;
using Actors.Silo.Embedded;
using Actors.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Grains.Tests.Engine;

/// <summary>The real engine on a SQLite file, with a clock by hand, that can be stopped and started anew.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("engine");
    private ActorsEngine? _engine;

    public ManualTimeProvider Time { get; } = new();

    public Action<ActorsOptions> Configure { get; set; } = _ => { };

    public ActorsEngine Engine => _engine ?? throw new InvalidOperationException("the engine is not started");

    public IActorsClient Client => Engine.Client;

    public static Step Echo(string name, params string[] after) => Handler(name, "echo", after);

    public static Step Handler(string name, string handler, params string[] after) =>
        Of(name, new StepAction.Handler(handler), after) with { Retry = RetryPolicy.Default with { AttemptsMax = 1 } };

    public static Step Wait(string name, string signal, params string[] after) =>
        Of(name, new StepAction.Wait(signal), after);

    public static Step Delay(string name, string duration, params string[] after) =>
        Of(name, new StepAction.Delay(duration), after);

    public static Step Child(string name, string process, params string[] after) =>
        Of(name, new StepAction.Child(process, null), after);

    public static StepMap Map(string process, params Step[] steps) => new() { Process = process, Steps = [.. steps] };

    private static Step Of(string name, StepAction action, string[] after) =>
        new() { Name = name, Action = action, After = [.. after] };

    public async Task StartAsync(Action<ActorsOptions>? configure = null)
    {
        if (configure is not null) Configure = configure;
        var options = new ActorsOptions { DrainTimeout = TimeSpan.Zero };
        options.UseSqlite(Path.Combine(_folder.FullName, "actors.db"));
        options.AddHandler<Payload, Payload>("echo", (input, _) => new ValueTask<Payload>(input));
        Configure(options);
        var services = new ServiceCollection().BuildServiceProvider();
        _engine = new ActorsEngine(options, services, NullLoggerFactory.Instance, Time);
        await _engine.StartAsync(default).Soon();
    }

    /// <summary>Stops the engine, and starts another one on the same file.</summary>
    public async Task RestartAsync(Action<ActorsOptions>? configure = null)
    {
        await StopAsync();
        await StartAsync(configure);
    }

    public async Task<InvocationId> BeginAsync(string process, string key = "k", string input = "{}") =>
        (await Client.StartAsync(new StartRequest(process, Payload.FromJson(input)) { Key = key }).Soon()).Id;

    public Task<InvocationView> EndAsync(InvocationId id) => Client.WaitAsync(id).Soon();

    /// <summary>Reads an invocation until it is as wanted.</summary>
    public async Task<InvocationView> UntilAsync(InvocationId id, Func<InvocationView, bool> isAsWanted)
    {
        using var patience = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            try
            {
                var view = await Client.GetAsync(id, patience.Token);
                if (isAsWanted(view)) return view;
            }
            catch (NotFoundException)
            {
                // A child that is about to be started.
            }

            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>What an activation would read now: the sequence of the snapshot, and the events behind it.</summary>
    public async Task<(long Snapshot, long Tail)> ReadsAsync(GrainKey key)
    {
        var page = await Engine.Host.Store.ReadAsync(key);
        return (page.Snapshot?.Sequence ?? 0, page.HeadSequence - (page.Snapshot?.Sequence ?? 0));
    }

    public async Task<string[]> HistoryAsync(InvocationId id) =>
        [.. (await Client.HistoryAsync(id)).Events.Select(e => e.Step is null ? e.Type : $"{e.Type} {e.Step}")];

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _engine, null) is not { } engine) return;
        await engine.DisposeAsync().AsTask().Soon();
    }
}

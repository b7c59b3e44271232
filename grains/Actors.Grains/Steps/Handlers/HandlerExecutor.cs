using Actors.Grains.Work;

namespace Actors.Grains.Steps;

/// <summary>
/// Calls handlers. A handler that this silo does not have is a transient failure <c>handler-missing</c>: during a
/// rollout, or with silos of different parts, another silo or the next version has it, and a step must not fail for
/// good because of where it was tried.
/// </summary>
internal sealed class HandlerExecutor(StepWorkerPorts ports) : StepExecutor
{
    public override ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var name = ((WorkAction.Handler)attempt.Work.Action).Name;
        return ports.Handlers.Find(name) is { } handler
            ? CallAsync(handler, attempt)
            : new(Missing(attempt, attempt.Step, name));
    }

    public HandlerInvoker? Find(string name) => ports.Handlers.Find(name);

    public StepResult Missing(RunningAttempt attempt, string step, string name)
    {
        var near = NearNames.Of(name, ports.Handlers.Names);
        var failure = Failure.Transient(
            "handler-missing",
            $"step '{step}' calls handler '{name}', which this silo does not have" +
            (near.Count == 0
                ? "; register"
                : $"; did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}? Register") +
            " it with HandlerRegistry.Add, or let a silo that has it run the step");
        return StepResult.Failed(failure, attempt.Options.MissingHandlerRetryAfter);
    }

    private static async ValueTask<StepResult> CallAsync(HandlerInvoker handler, RunningAttempt attempt)
    {
        var input = new HandlerValue(attempt.Work.Input);
        var output = await handler.InvokeAsync(input, attempt, attempt, keepObject: false);
        return output.Payload;
    }
}

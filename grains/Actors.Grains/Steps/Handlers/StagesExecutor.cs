using Actors.Grains.Work;
using Microsoft.Extensions.Logging;

namespace Actors.Grains.Steps;

/// <summary>
/// Runs pure stages one after the other. Where a stage gives what the next one takes, the object is handed on as it
/// is; its JSON is written all the same, because that is what is recorded. Members that JSON leaves out therefore
/// reach the next stage of the same run, but not a run that begins there after a restart: a pure stage must not rely
/// on them.
/// <para>The outcome holds the results of all stages before the last or, if one fails, before that one: they are done,
/// and the next attempt begins with the one that failed.</para>
/// </summary>
internal sealed class StagesExecutor(HandlerExecutor handlers) : StepExecutor
{
    public override async ValueTask<StepResult> ExecuteAsync(RunningAttempt attempt)
    {
        var stages = ((WorkAction.Stages)attempt.Work.Action).Run;
        var value = new HandlerValue(attempt.Work.Input);
        for (var i = 0; i < stages.Length; i++)
        {
            var stage = stages[i];
            if (i > 0) attempt.AddStageResult(value.Payload, stages.Length - 1);
            if (attempt.Reason != StopReason.None) return FailureRules.Stopped(attempt, null);
            if (handlers.Find(stage.Handler) is not { } handler)
                return handlers.Missing(attempt, stage.Step, stage.Handler);
            value = await handler.InvokeAsync(value, new StageContext(attempt, stage), attempt, i < stages.Length - 1);
            if (value.Payload.Bytes > attempt.Options.ResultBytesMax) return attempt.TooLarge(value.Payload.Bytes);
        }

        return value.Payload;
    }

    /// <summary>The attempt as one of its stages sees it.</summary>
    private sealed class StageContext(RunningAttempt attempt, PureStage stage) : StepContext
    {
        private ILogger? _logger;

        public override InvocationId InvocationId => attempt.InvocationId;

        public override string Step => stage.Step;

        public override int? Item => attempt.Item;

        public override int Attempt => stage.Attempt;

        public override bool IsUndo => attempt.IsUndo;

        public override string IdempotencyKey => stage.IdempotencyKey;

        public override string CorrelationId => attempt.CorrelationId;

        public override CancellationToken CancellationToken => attempt.CancellationToken;

        public override ILogger Logger => _logger ??= attempt.LoggerFor(stage.Step, stage.Attempt);

        public override IServiceProvider Services => attempt.Services;

        public override void Heartbeat() => attempt.Heartbeat();
    }
}

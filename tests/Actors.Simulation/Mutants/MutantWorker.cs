using System.Text;
using Actors.Grains.Work;

namespace Actors.Simulation.Mutants;

/// <summary>A worker with one fault.</summary>
internal sealed class MutantWorker(Mutant mutant, IWorker inner) : IWorker
{
    private readonly Dictionary<string, StepOutcome> _done = new(StringComparer.Ordinal);

    public async ValueTask<StepOutcome> RunAsync(WorkItem item, CancellationToken cancellationToken)
    {
        var done = new StepOutcome(item.Key, Payload.From(1), null);
        switch (mutant)
        {
            case Mutant.SkipsSteps when item is { Action: WorkAction.Handler, Key.IsUndo: false }: return done;
            case Mutant.SkipsUndo when item.Key.IsUndo: return done;
            case Mutant.LosesEvents when item.Action is WorkAction.Emit: return done;
            case Mutant.LosesOutcomes when item.Key.Attempt == 2:
                await inner.RunAsync(item, cancellationToken);
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                return done;
            case Mutant.KeyPerAttempt when !item.Key.IsUndo && item.Key.Attempt > 1:
                return await inner.RunAsync(WithKey(item, item.Key.Attempt), cancellationToken);
            case Mutant.DedupesAfterTheEffect when item is { Action: WorkAction.Handler, Key.IsUndo: false }:
                var again = item.Key.Attempt > 1 ? WithKey(item, item.Key.Attempt) : item;
                var outcome = await inner.RunAsync(again, cancellationToken);
                if (outcome.Failure is null) _done.TryAdd(item.IdempotencyKey, outcome);
                return _done.GetValueOrDefault(item.IdempotencyKey, outcome) with { Key = item.Key };
            case Mutant.RepeatsOperations when item.Action is WorkAction.Entity:
                await inner.RunAsync(item, cancellationToken);
                return await inner.RunAsync(WithKey(item, 9), cancellationToken);
        }

        return Change(await inner.RunAsync(item, cancellationToken));
    }

    private StepOutcome Change(StepOutcome outcome) => mutant switch
    {
        Mutant.TakesOutageForSuccess when outcome.Failure is { IsPermanent: false } =>
            outcome with { Failure = null, Result = Payload.From(1) },
        Mutant.TakesOutageForRefusal when outcome.Failure is { IsPermanent: false } failure =>
            outcome with { Failure = failure with { Kind = FailureKind.Permanent } },
        Mutant.TakesRefusalForOutage when outcome.Failure is { IsPermanent: true } failure =>
            outcome with { Failure = failure with { Kind = FailureKind.Transient } },
        Mutant.MixesUpAttempts when outcome.Key.Attempt > 1 =>
            outcome with { Key = outcome.Key with { Attempt = outcome.Key.Attempt - 1 } },
        Mutant.ChangesResults when outcome.Result is { } result && IsNumber(result, out var number) =>
            outcome with { Result = Payload.From(number + 1) },
        Mutant.ForgetsResults when outcome.Failure is null => outcome with { Result = Payload.Null },
        _ => outcome,
    };

    private static WorkItem WithKey(WorkItem item, int mark) =>
        item with { IdempotencyKey = $"{item.IdempotencyKey}/{mark}" };

    private static bool IsNumber(Payload payload, out int number) =>
        int.TryParse(Encoding.UTF8.GetString(payload.Utf8.Span), out number);
}

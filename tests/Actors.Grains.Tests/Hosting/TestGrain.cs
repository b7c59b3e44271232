using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Grains.Hosting;

namespace Actors.Grains.Tests.Hosting;

/// <summary>An event: so much was added.</summary>
internal sealed record Added(int Amount) : IJournalEvent
{
    public void WriteTo(EventWriter writer)
    {
        writer.Json.WriteStartArray();
        writer.Json.WriteNumberValue(Amount);
        writer.Json.WriteEndArray();
    }
}

/// <summary>A call whose turn the test writes; a null result means that the turn has answered, or will.</summary>
internal sealed record Ask(Func<TestGrain, IGrainTurn, GrainReply?> Turn) : GrainRequest<GrainReply>, IFirstMessage
{
    public bool IsIdNew { get; init; }
}

/// <summary>A one way message whose turn the test writes.</summary>
internal sealed record Tell(Action<TestGrain, IGrainTurn> Turn) : GrainMessage;

internal sealed record Total(int Sum) : GrainReply;

/// <summary>A counter whose every turn is written by the test.</summary>
internal sealed class TestGrain(TestHost test, GrainKey key) : Grain
{
    private int _inTurn;

    public GrainKey Key => key;

    public int Sum { get; private set; }

    public int Turns { get; private set; }

    public Func<ReadOnlyMemory<byte>?> Snapshot { get; set; } = () => null;

    public override async ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken)
    {
        if (test.OnActivating is { } onActivating) await onActivating(key);
        if (history.Snapshot is { } snapshot) Sum = JsonSerializer.Deserialize<int>(snapshot.State.Span);
        await foreach (var record in history.Records.WithCancellation(cancellationToken))
            Sum += JsonSerializer.Deserialize<int[][]>(record.Events.Span)!.Sum(e => e[0]);
        test.Activations.Enqueue(key);
    }

    public override void Receive(GrainMessage message, IGrainTurn turn)
    {
        if (Interlocked.Exchange(ref _inTurn, 1) == 1) throw new InvalidOperationException("two turns at once");
        Turns++;
        switch (message)
        {
            case Ask ask when ask.Turn(this, turn) is { } reply: turn.Reply(reply); break;
            case Ask: break;
            case Tell tell: tell.Turn(this, turn); break;
            default: test.OnMessage(this, message, turn); break;
        }

        Volatile.Write(ref _inTurn, 0);
    }

    public override ReadOnlyMemory<byte>? TakeSnapshot() => Snapshot();

    public Total Add(IGrainTurn turn, int amount)
    {
        Sum += amount;
        turn.Append(new Added(amount));
        return new Total(Sum);
    }
}

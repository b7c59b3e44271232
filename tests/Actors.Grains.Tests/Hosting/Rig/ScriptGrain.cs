using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Grains.Hosting;

namespace Actors.Grains.Tests.Hosting.Rig;

/// <summary>Runs in the grain; what it returns is the answer, null: it answers itself or later.</summary>
internal sealed record Script(Func<ScriptGrain, IGrainTurn, GrainReply?> Run) : GrainRequest<Text>;

internal sealed record Text(string Value) : GrainReply;

/// <summary>A one way message that the grain writes into its journal.</summary>
internal sealed record Note(string Value) : GrainMessage;

/// <summary>An event: <c>[1, text]</c>.</summary>
internal sealed record Said(string Value) : IJournalEvent
{
    public void WriteTo(EventWriter writer)
    {
        writer.Json.WriteStartArray();
        writer.Json.WriteNumberValue(1);
        writer.Json.WriteStringValue(Value);
        writer.Json.WriteEndArray();
    }
}

/// <summary>A grain that does what its messages say, and keeps the texts it was told as its state.</summary>
internal sealed class ScriptGrain(GrainKey key, ScriptWorld world) : Grain
{
    public GrainKey Key => key;

    public List<string> Lines { get; } = [];

    public PostponedReply? Waiting { get; set; }

    public override async ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken)
    {
        if (world.OnLoad is { } load) await load(key);
        if (history.Snapshot is { } snapshot)
            Lines.AddRange(JsonSerializer.Deserialize<string[]>(snapshot.State.Span)!);
        await foreach (var record in history.Records.WithCancellation(cancellationToken))
        {
            using var events = JsonDocument.Parse(record.Events);
            Lines.AddRange(events.RootElement.EnumerateArray().Select(e => e[1].GetString()!));
        }
    }

    public override void Receive(GrainMessage message, IGrainTurn turn)
    {
        world.Enter(key);
        try
        {
            world.Received.Enqueue((key, message));
            switch (message)
            {
                case Script script:
                    if (script.Run(this, turn) is { } reply) turn.Reply(reply);
                    break;
                case Note note: Say(note.Value, turn); break;
                case Activated: world.OnActivated?.Invoke(this, turn); break;
                default: world.OnOther?.Invoke(this, message, turn); break;
            }
        }
        finally
        {
            world.Leave(key);
        }
    }

    public override void BeforeAppend(IGrainTurn turn) => world.OnBeforeAppend?.Invoke(this, turn);

    public override ReadOnlyMemory<byte>? TakeSnapshot() => world.OnSnapshot?.Invoke(this);

    public void Say(string line, IGrainTurn turn)
    {
        Lines.Add(line);
        turn.Append(new Said(line));
    }
}

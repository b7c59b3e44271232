using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Actors.Core.Journaling;
using Actors.Grains.Hosting;
using Actors.Journal;

namespace Actors.Grains.Entities;

/// <summary>
/// The shell of one shared entity. Each operation is one event; the state is written once per append, whatever the
/// number of operations in it: that is what makes a hot entity fast.
/// </summary>
public sealed class EntityGrain : Grain
{
    private const int SnapshotBytesMin = 64 * 1024;

    // A payload of the depth that is allowed, inside of an event, inside of the array of a record.
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = Payload.DepthMax + 8 };

    private readonly EntityId _id;
    private readonly EntityType _type;
    private readonly OperationMemory _memory = new();
    private IEntity _entity;
    private Payload? _state;
    private Payload? _saved;
    private readonly List<Applied> _sinceSaved = [];
    private bool _isChanged;
    private bool _isProjected;
    private long _bytesSinceSnapshot;

    internal EntityGrain(EntityId id, EntityType type)
    {
        (_id, _type) = (id, type);
        _entity = type.Create();
    }

    /// <inheritdoc/>
    public override async ValueTask ActivateAsync(IGrainHistory history, CancellationToken cancellationToken)
    {
        if (history.Snapshot is { } snapshot) ReadSnapshot(snapshot.State);
        await foreach (var record in history.Records.WithCancellation(cancellationToken))
        {
            using var events = JsonDocument.Parse(record.Events, ReadOptions);
            foreach (var e in events.RootElement.EnumerateArray()) await FoldAsync(e, history);
        }

        _isProjected = _state is not null;
        _saved = _state;
        _entity.Load(_id, _state);
    }

    /// <inheritdoc/>
    public override void Receive(GrainMessage message, IGrainTurn turn)
    {
        switch (message)
        {
            case CallOperation call: turn.Reply(Call(call, turn)); break;
            case ReadEntity: turn.Reply(new EntityStateReply(_sinceSaved.Count > 0 ? SaveAll() : _saved)); break;
            case Activated or WakeUp: break;
            default: throw new InvalidOperationException($"an entity does not understand {message.GetType().Name}");
        }
    }

    /// <inheritdoc/>
    public override void BeforeAppend(IGrainTurn turn)
    {
        if (!_isChanged) return;
        _isChanged = false;
        var state = _sinceSaved.Count > 0 ? SaveAll() : _saved!.Value;
        _state = state;
        _bytesSinceSnapshot += state.Bytes;
        turn.Append(new StateChanged(state));
        if (_isProjected) return;
        _isProjected = true;
        turn.Project(new Projection("Active", turn.Now));
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? TakeSnapshot()
    {
        if (_state is not { } state || _bytesSinceSnapshot < Math.Max(SnapshotBytesMin, 4L * state.Bytes)) return null;
        _bytesSinceSnapshot = 0;
        var buffer = new ArrayBufferWriter<byte>(state.Bytes + 1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartArray();
        json.WriteNumberValue(1);
        json.WriteRawValue(state.Utf8.Span, skipInputValidation: true);
        _memory.WriteTo(json);
        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private GrainReply Call(CallOperation call, IGrainTurn turn)
    {
        if (call.OperationId is { } known && _memory.TryGet(known, out var answer)) return new OperationReply(answer);
        if (!_type.TryFind(call.Operation, out var operation)) return new Refused(_type.Unknown(call.Operation));
        Payload result;
        try
        {
            _entity.BeginOperation(turn.Now);
            result = operation.Invoke(_entity, call.Input);
            // The first one of an append is often the only one: then it can be told that it is the one to blame.
            if (!_isChanged || _type.SavesEach) Save();
            else _sinceSaved.Add(new Applied(operation, call.Input, result, turn.Now));
        }
        catch (Exception e)
        {
            Restore();
            return new Refused(Failure.FromException(e) with { Kind = FailureKind.Permanent });
        }

        _isChanged = true;
        if (call.OperationId is { } id) _memory.Add(id, result);
        _bytesSinceSnapshot += operation.Name.Length + result.Bytes + 8;
        turn.Append(new OperationApplied(operation.Name, call.OperationId, result));
        return new OperationReply(result);
    }

    /// <summary>
    /// An operation broke off half-way: the state is made again from the last saved one and the operations since, none
    /// of which is durable yet. What an operation does may depend on more than the state and its input (a random
    /// number, a static field); but nobody has seen more of it than its result. If all results are the same again, the
    /// state is one that those operations lead to. If not, the grain is dropped with all of them, and their callers
    /// are told that nothing was done.
    /// </summary>
    /// <exception cref="InvalidOperationException">An operation gave another result, or threw.</exception>
    private void Restore()
    {
        _entity = _type.Create();
        _entity.Load(_id, _saved);
        foreach (var done in _sinceSaved)
        {
            _entity.BeginOperation(done.At);
            if (!done.Operation.Invoke(_entity, done.Input).Utf8.Span.SequenceEqual(done.Result.Utf8.Span))
                throw new InvalidOperationException(
                    $"operation '{done.Operation.Name}' of entity '{_id}' is not the same when it is done again; " +
                    "let it depend on nothing but the state, its input and Now");
        }

        // What throws often does not make what came before be done again each time.
        if (_sinceSaved.Count > 0) SaveAll();
    }

    /// <summary>From here on the state itself is known, and no operation before has to be done again.</summary>
    private Payload Save()
    {
        var state = _type.Save(_id, _entity);
        _saved = state;
        _sinceSaved.Clear();
        return state;
    }

    /// <summary>
    /// The state behind several operations. If it can't be stored, the grain is dropped: the callers of all of them
    /// are told that nothing was done, and that they may try again; then each is judged by itself.
    /// </summary>
    private Payload SaveAll()
    {
        try
        {
            return Save();
        }
        catch (TerminalException)
        {
            _type.SaveEach();
            throw;
        }
    }

    private async ValueTask FoldAsync(JsonElement e, IGrainHistory history)
    {
        switch (e[0].GetInt32())
        {
            case OperationApplied.Kind:
                if (e.GetArrayLength() == 4) _memory.Add(e[2].GetString()!, await ReadAsync(e[3], history));
                break;
            case StateChanged.Kind:
                _state = await ReadAsync(e[1], history);
                break;
            case var kind:
                throw new StoreCorruptException(
                    $"entity '{_id}' has an event of kind {kind}, which this version does not know");
        }

        _bytesSinceSnapshot += JsonMarshal.GetRawUtf8Value(e).Length;
    }

    private static async ValueTask<Payload> ReadAsync(JsonElement value, IGrainHistory history) =>
        PayloadReference.TryRead(JsonMarshal.GetRawUtf8Value(value), out var hash)
            ? Payload.FromTrustedUtf8(await history.ReadPayloadAsync(hash))
            : Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(value).ToArray());

    private void ReadSnapshot(ReadOnlyMemory<byte> snapshot)
    {
        using var document = JsonDocument.Parse(snapshot, ReadOptions);
        var root = document.RootElement;
        if (root[0].GetInt32() != 1)
            throw new StoreCorruptException(
                $"the snapshot of entity '{_id}' has version {root[0].GetInt32()}, this program reads 1");
        _state = Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(root[1]).ToArray());
        string? id = null;
        foreach (var element in root[2].EnumerateArray())
        {
            if (id is null)
            {
                id = element.GetString();
                continue;
            }

            _memory.Add(id, Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(element).ToArray()));
            id = null;
        }
    }

    private readonly record struct Applied(EntityOperation Operation, Payload Input, Payload Result, DateTimeOffset At);
}

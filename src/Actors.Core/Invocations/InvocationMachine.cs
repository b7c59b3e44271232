using Actors.Core.Processes;

namespace Actors.Core.Invocations;

/// <summary>
/// One invocation as a state machine without any I/O: a command goes in, events come out, already folded. The shell
/// makes them durable before it acts on any of them; if it can't, it throws the machine away and builds a new one
/// from the journal.
/// </summary>
public sealed class InvocationMachine
{
    private readonly Func<string, CompiledProcess> _definitions;
    private readonly List<InvocationEvent> _batch = [];

    /// <summary>A machine for an invocation of which nothing is known yet.</summary>
    /// <param name="id">Which.</param>
    /// <param name="definitions">Gives the definition of a content hash that an event names. Must know it.</param>
    public InvocationMachine(InvocationId id, Func<string, CompiledProcess> definitions)
        : this(new InvocationState(id), definitions)
    {
    }

    /// <summary>A machine that goes on from a state that was read from a snapshot.</summary>
    public InvocationMachine(InvocationState state, Func<string, CompiledProcess> definitions)
    {
        State = state;
        _definitions = definitions;
    }

    /// <summary>The fold of all events so far.</summary>
    public InvocationState State { get; }

    /// <summary>Folds an event that the journal holds.</summary>
    /// <exception cref="Journal.StoreCorruptException">It does not fit.</exception>
    public void Replay(InvocationEvent e) => InvocationFold.Evolve(State, e, _definitions);

    /// <summary>Decides a command, folds what it decided, and goes on until nothing more follows.</summary>
    /// <param name="command">The command.</param>
    /// <param name="events">Receives all events, in order.</param>
    /// <returns>Why the command was refused; null if it was not.</returns>
    public Failure? Handle(InvocationCommand command, List<InvocationEvent> events)
    {
        _batch.Clear();
        if (InvocationDecider.Decide(State, command, _batch) is { } refusal) return refusal;
        Fold(events);
        do
        {
            _batch.Clear();
            InvocationModel.Next(State, command.Now, _batch);
            Fold(events);
        }
        while (_batch.Count > 0 || InvocationModel.HasMore(State));
        return null;
    }

    private void Fold(List<InvocationEvent> events)
    {
        foreach (var e in _batch)
        {
            InvocationFold.Evolve(State, e, _definitions);
            events.Add(e);
        }
    }
}

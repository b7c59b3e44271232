using Actors.Core.Invocations;
using Actors.Grains.Hosting;

namespace Actors.Grains.Invocations;

/// <summary>
/// Callers that wait for the end of an invocation; at most <see cref="CountMax"/>, beyond that they are refused.
/// </summary>
internal sealed class InvocationWaiters
{
    public const int CountMax = 10_000;

    private readonly List<PostponedReply> _replies = [];
    private int _pruneAt = 64;

    public void Add(IGrainTurn turn)
    {
        if (_replies.Count >= _pruneAt)
        {
            _replies.RemoveAll(r => r.IsAbandoned);
            _pruneAt = Math.Max(64, _replies.Count * 2);
        }

        if (_replies.Count >= CountMax)
        {
            turn.Reply(new Refused(Failure.Transient(
                "overloaded", $"{CountMax} callers wait for this invocation already; poll its state instead")));
        }
        else
        {
            _replies.Add(turn.PostponeReply());
        }
    }

    public void AnswerAll(IGrainTurn turn, InvocationState state)
    {
        if (_replies.Count == 0) return;
        var reply = new InvocationReply(InvocationViews.Of(state, turn.Now));
        foreach (var waiting in _replies) turn.Reply(waiting, reply);
        _replies.Clear();
    }
}

using Actors.Core.Journaling;
using Actors.Grains.Hosting;
using Actors.Grains.Work;
using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>The grain's side: what it asks for goes into the batch that is being collected.</summary>
internal sealed partial class Activation : IGrainTurn
{
    private DateTimeOffset _now;
    private PendingCall? _caller;
    private bool _isAnswered;
    private (WorkItem Item, int Effect)? _inTurn;

    DateTimeOffset IGrainTurn.Now => _now;

    string IGrainTurn.NewId() => _host.Runtime.NewId();

    double IGrainTurn.NextRandom() => _host.Runtime.NextRandom();

    void IGrainTurn.Append(IJournalEvent journalEvent) => _collecting.Events.Add(journalEvent);

    void IGrainTurn.Project(Projection projection) => _collecting.Projection = projection;

    void IGrainTurn.Reply(GrainReply reply)
    {
        _isAnswered = true;
        if (_caller is { } caller) Ask(new Effect(EffectKind.Reply, default, reply, caller, default));
    }

    PostponedReply IGrainTurn.PostponeReply()
    {
        _isAnswered = true;
        if (_caller is not { } caller) return PendingCall.OfNobody();
        _postponedCalls.Add(caller);
        return caller;
    }

    void IGrainTurn.Reply(PostponedReply postponed, GrainReply reply)
    {
        var call = (PendingCall)postponed;
        _postponedCalls.Remove(call);
        Ask(new Effect(EffectKind.Reply, default, reply, call, default));
    }

    void IGrainTurn.Post(GrainKey to, GrainMessage message) =>
        Ask(new Effect(EffectKind.Post, to, message, null, default));

    void IGrainTurn.Dispatch(WorkItem item)
    {
        item = item.TimedNow(_host.Time);
        if (_inTurn is null && _host.Workers.MayRunInTurn(item)) _inTurn = (item, _collecting.Effects.Count);
        Ask(new Effect(EffectKind.Dispatch, default, item, null, default));
    }

    void IGrainTurn.CancelWork(WorkKey key) => Ask(new Effect(EffectKind.CancelWork, default, null, null, key));

    void IGrainTurn.LeaveStage() => Ask(new Effect(EffectKind.LeaveStage, default, null, null, default));

    void IGrainTurn.WakeAt(DateTimeOffset? due) => SetWakeAt(due);

    void IGrainTurn.Rest() => _rests = true;

    /// <summary>
    /// Pure work that takes a moment: what comes of it goes into the batch of the turn that asked for it, so both are
    /// recorded, or neither. At most one piece of it per message; the next is for workers.
    /// </summary>
    private void RunInTurn()
    {
        if (_inTurn is not { } asked || _host.Workers.RunInTurn(asked.Item) is not { } outcome) return;
        _collecting.Effects.RemoveAt(asked.Effect);
        _caller = null;
        _rests = false;
        SeeTime();
        _grain!.Receive(outcome, this);
    }

    // Never backwards.
    private void SeeTime()
    {
        var now = _host.Time.GetUtcNow();
        if (now > _now) _now = now;
    }

    private void Ask(Effect effect) => _collecting.Effects.Add(effect);
}

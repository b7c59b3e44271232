using Actors.Journal;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Where several silos share a store, another one may have activated the grain as well and have written on. An append
/// finds out by itself; a call that needs none would be answered from an old state, and a caller that asks again and
/// again would hear the same for ever. So before a call is received, what the grain knows is compared with the store if
/// that was last done more than a second ago. And what a command is answered without an append, a refusal or that
/// there is nothing to do, is told only once a look that began behind its turn has found nothing new: a silo that does
/// not know of a pause must not say that it is over.
/// </summary>
internal sealed partial class Activation
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly bool _isShared;
    private Task<JournalPage>? _looking;
    private long _knownAt;

    /// <summary>Whether what waits may be received; if not, this activation runs again when that is known.</summary>
    private bool IsFresh()
    {
        if (!_isShared) return true;
        if (_looking is null)
        {
            // Answers wait for the append that is under way, or will be: it tells.
            if (_inFlight is not null || _collecting.HasEvents) return true;
            if (_host.Time.GetElapsedTime(_knownAt) < FreshFor || !_mailbox.HasCall()) return true;
            _looking = _host.Store.ReadAsync(Key, _sequence, bytesMax: 1).AsTask();
            if (!_looking.IsCompleted)
            {
                _host.Begins();
                _looking.GetAwaiter().UnsafeOnCompleted(OnLooked);
                return false;
            }
        }

        if (!_looking.IsCompleted) return false;
        var looked = _looking;
        _looking = null;
        if (looked.IsCompletedSuccessfully && looked.Result.HeadSequence == _sequence)
        {
            NoteKnown();
            return true;
        }

        Drop(new UnavailableException($"grain '{Key}' was written to elsewhere; try again"));
        return false;
    }

    private void OnLooked()
    {
        Schedule(runHere: false);
        _host.Ends();
    }

    /// <summary>In the place of an append: shows that the turns that are collected saw the current state.</summary>
    /// <returns>Whether it is over already.</returns>
    private bool BeginProof() => Begin(_collecting, 0, ProveAsync());

    private async ValueTask<AppendResult> ProveAsync()
    {
        var page = await _host.Store.ReadAsync(Key, _sequence, bytesMax: 1);
        return page.HeadSequence == _sequence ? AppendResult.Appended : AppendResult.StaleSequence;
    }

    private void NoteKnown()
    {
        if (_isShared) _knownAt = _host.Time.GetTimestamp();
    }
}

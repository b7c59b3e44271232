using Actors.Grains.Work;

namespace Actors.Grains.Queues;

/// <summary>
/// How many retries a service gets, as a state machine without a clock: while it answers, as many as are due; while it
/// does not, a share of the first attempts that it gets, or one per second if that is more. So those who wait for a
/// service that is down do not add up to a load under which it can't come back. The technique is the retry budget
/// (Google, Site Reliability Engineering, 2016, chapter 21; Finagle). A bucket of tokens: a first attempt adds a share
/// of one, an answer adds one, a second without first attempts adds one, a retry takes one; it holds ten.
/// </summary>
public sealed class RetryBudget
{
    /// <summary>Tokens that it holds at most, and has at the beginning: retries that may begin at once.</summary>
    public const int TokensMax = 10;

    private readonly double _ratio;
    private double _tokens = TokensMax;
    private DateTimeOffset _filledAt;
    private double _covered;

    /// <summary>A full budget.</summary>
    /// <param name="ratio">Retries per first attempt while nothing is answered.</param>
    /// <param name="now">Time of making.</param>
    public RetryBudget(double ratio, DateTimeOffset now) => (_ratio, _filledAt) = (ratio, now);

    /// <summary>What an attempt calls, if that has a budget: a service, or the authority of a URL; else null.</summary>
    public static string? ServiceOf(WorkItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Action is not WorkAction.Http http) return null;
        if (http.Service is { } service) return service.Name;
        return Uri.TryCreate(http.Url, UriKind.Absolute, out var url) ? url.Authority : null;
    }

    /// <summary>A first attempt begins.</summary>
    public void First(DateTimeOffset now)
    {
        Fill(now);
        Add(_ratio);
        // As much of the time to come adds nothing: its token came from this attempt.
        _covered = Math.Min(1, _covered + _ratio);
    }

    /// <summary>An attempt was answered: it succeeded, or failed for good.</summary>
    public void Answered() => Add(1);

    /// <summary>Begins a retry if there is a token for it.</summary>
    public bool TryBegin(DateTimeOffset now)
    {
        Fill(now);
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }

    /// <summary>When there is a token, if nothing else happens.</summary>
    public DateTimeOffset NextAt(DateTimeOffset now) =>
        _tokens >= 1 ? now : _filledAt + TimeSpan.FromSeconds(1 - _tokens + _covered);

    /// <summary>Whether a new one would do the same.</summary>
    public bool IsFull(DateTimeOffset now)
    {
        Fill(now);
        return _tokens >= TokensMax;
    }

    private void Add(double tokens) => _tokens = Math.Min(TokensMax, _tokens + tokens);

    private void Fill(DateTimeOffset now)
    {
        // A clock that was set back gives nothing, and takes nothing of the time to come.
        if (now < _filledAt) _filledAt = now;
        var elapsed = (now - _filledAt).TotalSeconds;
        var covered = Math.Min(elapsed, _covered);
        _covered -= covered;
        Add(elapsed - covered);
        _filledAt = now;
    }
}

using Actors.Grains.Work;

namespace Actors.Grains.Queues;

/// <summary>
/// How many retries a service gets, as a state machine without a clock: while it answers, as many as are due; while it
/// does not, a share of the first attempts that it gets, or one per second if that is more. So those who wait for a
/// service that is down do not add up to a load under which it can't come back. The technique is the retry budget
/// (Google, Site Reliability Engineering, 2016, chapter 21; Finagle). A bucket of tokens: a first attempt adds a share
/// of one, an answer adds one, a second without first attempts adds one, a retry takes one; it holds ten.
/// <para>
/// Hosts that call the same services have a part of it each (<see cref="Part"/>): of what does not come from first
/// attempts or answers of their own. Together they give no more than one that has the whole: a share of all first
/// attempts, at most one per second besides, ten at once (as many as hosts, if those are more).
/// </para>
/// </summary>
public sealed class RetryBudget
{
    /// <summary>
    /// Tokens that the whole holds at most, and has at the beginning: retries that may begin at once.
    /// </summary>
    public const int TokensMax = 10;

    private readonly double _ratio;
    private double _tokens;
    private DateTimeOffset _filledAt;
    private double _covered;
    private double _part;

    /// <summary>A full budget.</summary>
    /// <param name="ratio">Retries per first attempt while nothing is answered.</param>
    /// <param name="now">Time of making.</param>
    /// <param name="part">Of the whole, from 0, exclusive, to 1.</param>
    public RetryBudget(double ratio, DateTimeOffset now, double part = 1)
    {
        (_ratio, _filledAt, _part) = (ratio, now, part);
        _tokens = Most;
    }

    /// <summary>Which part of the whole it is.</summary>
    public double Part => _part;

    // One that holds less than a token would never give one.
    private double Most => Math.Max(1, TokensMax * _part);

    /// <summary>From now on it is another part of the whole: hosts have come or gone.</summary>
    public void Resize(double part, DateTimeOffset now)
    {
        Fill(now);
        _part = part;
        Add(0);
    }

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
        _covered = Math.Min(_part, _covered + _ratio);
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
        _tokens >= 1 ? now : _filledAt + TimeSpan.FromSeconds((1 - _tokens + _covered) / _part);

    /// <summary>Whether a new one would do the same.</summary>
    public bool IsFull(DateTimeOffset now)
    {
        Fill(now);
        return _tokens >= Most;
    }

    private void Add(double tokens) => _tokens = Math.Min(Most, _tokens + tokens);

    private void Fill(DateTimeOffset now)
    {
        // A clock that was set back gives nothing, and takes nothing of the time to come.
        if (now < _filledAt) _filledAt = now;
        var grown = (now - _filledAt).TotalSeconds * _part;
        var covered = Math.Min(grown, _covered);
        _covered -= covered;
        Add(grown - covered);
        _filledAt = now;
    }
}

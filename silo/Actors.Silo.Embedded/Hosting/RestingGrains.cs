namespace Actors.Silo.Embedded.Hosting;

/// <summary>
/// Grains that are done, kept for a moment: who started an invocation, or sent it what it waited for, mostly asks next
/// how it ended, and that need not be read again. The sweep takes those that nobody pushes out.
/// </summary>
/// <param name="countMax">How many are kept.</param>
internal sealed class RestingGrains(int countMax)
{
    private readonly Activation?[] _ring = new Activation?[countMax];
    private int _next;

    /// <summary>Whether any are kept at all.</summary>
    public bool IsKept => _ring.Length > 0;

    /// <returns>The one that has rested longest and has to leave; null: there is room.</returns>
    public Activation? Add(Activation activation) =>
        Interlocked.Exchange(ref _ring[(uint)Interlocked.Increment(ref _next) % _ring.Length], activation);
}

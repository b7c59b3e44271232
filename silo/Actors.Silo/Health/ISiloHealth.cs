namespace Actors.Silo.Health;

/// <summary>Whether the silo can take work now. The composition that knows engine and store implements it.</summary>
public interface ISiloHealth
{
    /// <summary>
    /// Everything that keeps the silo from taking work; empty when it is ready. Answers at once, without I/O.
    /// </summary>
    IReadOnlyList<UnreadyReason> Check();
}

/// <summary>One thing that keeps a silo from taking work.</summary>
/// <param name="Part">
/// Which part of the silo: <c>engine</c>, <c>store</c>, <c>silo</c>; or <c>standby</c>: nothing is the matter, another
/// silo does the work.
/// </param>
/// <param name="Reason">What is the matter and what would help, in one sentence.</param>
public sealed record UnreadyReason(string Part, string Reason)
{
    /// <summary>Part of a silo that waits as a hot standby.</summary>
    public const string Standby = "standby";
}

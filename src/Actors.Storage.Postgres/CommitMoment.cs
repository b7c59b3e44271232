namespace Actors.Storage.Postgres;

/// <summary>The moments of a commit at which a test may break the connection.</summary>
internal enum CommitMoment
{
    /// <summary>The rows are gathered; nothing was sent.</summary>
    BeforeSending = 1,

    /// <summary>The server has answered; nobody was told.</summary>
    AfterCommit = 2,
}

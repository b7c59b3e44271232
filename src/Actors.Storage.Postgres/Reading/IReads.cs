using Npgsql;

namespace Actors.Storage.Postgres.Reading;

/// <summary>Runs reads on a connection.</summary>
internal interface IReads
{
    /// <summary>Runs one.</summary>
    /// <exception cref="Journal.StoreException">The server is away, or refused the read.</exception>
    ValueTask<T> ReadAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken);
}

using Actors.Journal;
using Actors.Storage.Postgres.Opening;
using Npgsql;

namespace Actors.Storage.Postgres.Reading;

/// <summary>
/// Runs reads on the database's connections, as many at once as there are; waits for a server that is away.
/// </summary>
internal sealed class ReaderPool(Database database, PostgresJournalOptions options, TimeProvider time)
    : IReads, IDisposable
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _free = new(options.ReadersMax);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Runs a read; again, on another connection, if its connection breaks.</summary>
    /// <exception cref="StoreException">The server is away, or refused the read.</exception>
    /// <exception cref="StoreStoppedException">The store is closed.</exception>
    public async ValueTask<T> ReadAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_closing.IsCancellationRequested) throw Closed();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var since = time.GetTimestamp();
        var pause = PauseFirst;
        try
        {
            while (true)
            {
                try
                {
                    return await TryReadAsync(read, either.Token);
                }
                catch (Exception e) when (Failures.IsAway(e))
                {
                    if (time.GetElapsedTime(since) >= options.OutageMax) throw Away(e);
                }

                await Task.Delay(pause, time, either.Token);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed();
        }
        catch (PostgresException e)
        {
            throw new StoreException(
                $"A read from the store '{database.Place}' failed ({e.MessageText}, {e.SqlState}).", e);
        }
    }

    /// <summary>Ends new reads, waits for those that run.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        for (var i = 0; i < options.ReadersMax; i++) await _free.WaitAsync();
    }

    public void Dispose()
    {
        _free.Dispose();
        _closing.Dispose();
    }

    private async Task<T> TryReadAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            return await read(connection, cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    private StoreStoppedException Closed() => new($"The store '{database.Place}' is closed.");

    private StoreException Away(Exception cause) => new(
        $"The server of the store '{database.Place}' is away ({cause.Message}): nothing was read.", cause);
}

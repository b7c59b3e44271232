using System.Collections.Concurrent;
using Actors.Journal;
using Actors.Storage.Sqlite.Native;
using Actors.Storage.Sqlite.Opening;

namespace Actors.Storage.Sqlite.Reading;

/// <summary>Connections for reads, opened when first needed. A read runs on its caller's thread.</summary>
internal sealed class ReaderPool(string path, SqliteJournalOptions options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.ReadersMax);
    private readonly ConcurrentBag<Reader> _idle = [];
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Runs a read in a transaction of its own: all of it sees one state.</summary>
    public async ValueTask<T> ReadAsync<TArgument, T>(
        TArgument argument, Func<Reader, TArgument, CancellationToken, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await EnterAsync(cancellationToken);
        try
        {
            if (!_idle.TryTake(out var reader)) reader = new Reader(Open());
            return Run(reader, argument, read, cancellationToken);
        }
        catch (SqliteFailure e)
        {
            throw Translate(e);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Ends new reads, waits for those that run, closes their connections.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        for (var i = 0; i < options.ReadersMax; i++) await _free.WaitAsync();
        while (_idle.TryTake(out var reader)) reader.Dispose();
    }

    public void Dispose()
    {
        _free.Dispose();
        _closing.Dispose();
    }

    private async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (_closing.IsCancellationRequested) throw Closed();
        if (_free.Wait(0, CancellationToken.None)) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed();
        }
    }

    private T Run<TArgument, T>(
        Reader reader,
        TArgument argument,
        Func<Reader, TArgument, CancellationToken, T> read,
        CancellationToken cancellationToken)
    {
        var isSound = false;
        try
        {
            reader.Begin();
            var result = read(reader, argument, cancellationToken);
            reader.End();
            isSound = true;
            return result;
        }
        finally
        {
            // A read that failed half way leaves statements open: a new connection is cheaper than to be sure of this
            // one.
            if (isSound) _idle.Add(reader);
            else reader.Dispose();
        }
    }

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.Open(path, create: false);
        try
        {
            StoreFile.Configure(connection, options.ReaderCacheBytesMax);
            connection.Execute("PRAGMA query_only = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private StoreStoppedException Closed() => new($"The store '{path}' is closed.");

    private Exception Translate(SqliteFailure failure) => failure.IsCorruption
        ? new StoreCorruptException(
            $"The store '{path}' is damaged ({failure.Message}). Stop its owner, keep a copy, then restore a backup " +
            "or recover with 'sqlite3 FILE .recover'.",
            failure)
        : new StoreException($"A read from the store '{path}' failed ({failure.Message}).", failure);
}

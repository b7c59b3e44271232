using Actors.Cli.Hosting;
using Actors.Cli.Rendering;
using Actors.Journal;
using Actors.Storage.Postgres;

namespace Actors.Cli.Local;

/// <summary>
/// Says when the store of a run takes no appends for a while, and when it does again: in between nothing happens, and
/// nothing is wrong with the run. Disposing ends the looking.
/// </summary>
internal sealed class StoreNotices : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly CliHost _host;
    private readonly Screen _screen;
    private readonly IRunEngine _engine;
    private readonly string _store;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _looking;
    private StoreHealth _said = StoreHealth.Ready;

    /// <summary>Looks at the store of an engine from now on.</summary>
    /// <param name="host">Where it is said: on the error output.</param>
    /// <param name="progress">
    /// Where the run is shown. A live table is replaced in place, so there it is this screen that takes the lines.
    /// </param>
    /// <param name="engine">The engine.</param>
    /// <param name="store">Path of its store, or the address of its database, which is not shown.</param>
    public StoreNotices(CliHost host, Screen progress, IRunEngine engine, string store)
    {
        (_host, _engine) = (host, engine);
        _screen = progress.Form.IsInteractive ? progress : host.Error;
        _store = PostgresJournalOptions.Names(store) ? "" : " " + store;
        _looking = LookAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking;
        _end.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Interval, _host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token)) Say(_engine.Health);
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private void Say(StoreHealth health)
    {
        // A store that has stopped ends the run, which says so.
        if (health == _said || health == StoreHealth.Stopped) return;
        var (text, tone) = health switch
        {
            StoreHealth.Full => (
                $"there is no room for the store{_store}: nothing is lost; make room on its disk, and the run goes on",
                Tone.Warn),
            StoreHealth.Away => (
                "the store's server can't be reached: nothing is lost, and the run goes on when it is back", Tone.Warn),
            _ when _said == StoreHealth.Full => ("the store has room again: the run goes on", Tone.Good),
            _ => ("the store's server is back: the run goes on", Tone.Good),
        };
        _said = health;
        _screen.Write(text, tone);
    }
}

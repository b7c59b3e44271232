using Actors.Journal;

namespace Actors.Simulation.World;

/// <summary>
/// What a program of a simulated world works with. It runs in a process of its own, which never dies; everything it
/// awaits goes by the world's time.
/// </summary>
public sealed class WorldContext
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StaleMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SimulatedWorld _world;

    internal WorldContext(SimulatedWorld world, EffectLog effects, TimeProvider time, IActorsClient client) =>
        (_world, Effects, Time, Client) = (world, effects, time, client);

    /// <summary>
    /// A client behind the network: each call is one request, and throws <see cref="TransientException"/> if it may or
    /// may not have been carried out. See <see cref="EventuallyAsync"/>.
    /// </summary>
    public IActorsClient Client { get; }

    /// <summary>The world outside: what handlers do to it.</summary>
    public EffectLog Effects { get; }

    /// <summary>The clock of the process that runs now, the program's or a silo's.</summary>
    public TimeProvider Time { get; }

    /// <summary>When the world began, by every clock that was never set.</summary>
    public DateTimeOffset Beginning => Scheduling.SimulatedTime.Beginning;

    /// <summary>
    /// A random number from 0 (inclusive) to <paramref name="max"/> (exclusive), decided by the seed.
    /// </summary>
    public int Next(int max) => _world.ProgramRandom.Next(max);

    /// <summary>Waits for a virtual time.</summary>
    public Task DelayAsync(TimeSpan time) => _world.ClientNode.DelayAsync(time);

    /// <summary>
    /// Asks again until there is an answer; only what is idempotent may be asked like that. Where there are several
    /// silos, an answer that something is not there may be a second old, and is asked for again, too.
    /// </summary>
    /// <exception cref="TerminalException">A definite refusal.</exception>
    public async Task<T> EventuallyAsync<T>(Func<IActorsClient, Task<T>> ask)
    {
        var stale = _world.Options.Silos > 1 ? StaleMax / Pause : 0;
        while (true)
        {
            try
            {
                return await ask(Client);
            }
            catch (Exception e) when (e is TransientException || e is NotFoundException && stale-- > 0)
            {
                await DelayAsync(Pause);
            }
        }
    }

    /// <summary>As <see cref="EventuallyAsync{T}"/>, for what has no answer but that it is done.</summary>
    public Task EventuallyAsync(Func<IActorsClient, Task> tell) => EventuallyAsync(async client =>
    {
        await tell(client);
        return true;
    });

    /// <summary>Waits until an invocation has ended, whatever happens meanwhile.</summary>
    public async Task<InvocationView> EndOfAsync(InvocationId id)
    {
        while (true)
        {
            var view = await EventuallyAsync(client => client.WaitAsync(id, WaitMax));
            if (view.HasEnded) return view;
        }
    }

    /// <summary>Ends a silo's process at once; it is started again after a time.</summary>
    /// <param name="silo">From 0.</param>
    /// <param name="restartAfter">Virtual time.</param>
    public void KillSilo(int silo, TimeSpan restartAfter) => _world.KillSilo(silo, restartAfter);

    /// <summary>Tells a silo's process to end; behind that it is started again after a time.</summary>
    /// <param name="silo">From 0. Nothing happens if it does not run.</param>
    /// <param name="restartAfter">Virtual time.</param>
    public void StopSilo(int silo, TimeSpan restartAfter) => _world.StopSilo(silo, restartAfter);

    /// <summary>Flips a bit in the safe events of some invocation, if there is one.</summary>
    /// <returns>Which.</returns>
    public InvocationId? RotInvocation() => _world.RotInvocation() is { } key
        ? new InvocationId(key.Tenant, key.Type, key.Id)
        : null;

    /// <summary>No more faults by chance from now on; what is down comes up again.</summary>
    public void StopFaults() => _world.StopFaults();

    /// <summary>Says that something is as it must not be.</summary>
    public void Violation(string what) => _world.Violation(what);

    /// <summary>How many silos there are.</summary>
    internal int Silos => _world.Options.Silos;

    /// <summary>Whether a record of a journal does not give its checksum.</summary>
    internal bool IsDamaged(GrainKey key) => _world.IsDamaged(key);

    /// <summary>The journals as they are safe on the disk now.</summary>
    public IStoreInspection Inspect() => _world.Inspect();
}

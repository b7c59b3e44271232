using Actors.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Silo.Orleans.Hosting;

/// <summary>The net below the timers of all silos. There is one, with key 0.</summary>
[Alias("actors.net")]
internal interface INetGrain : IGrainWithIntegerKey
{
    /// <summary>Lets Orleans call it once a minute from now on, on whichever silo lives.</summary>
    [Alias("arm")]
    Task ArmAsync();

    /// <summary>Wakes what should have been woken, and says how many that was.</summary>
    [Alias("look")]
    Task<int> LookAsync();
}

/// <summary>
/// Each silo wakes the grains of its share, by the due index of the store. This one looks at the index as a whole: what
/// has been due for a while was not woken by the silo whose share it is in. It is called by a reminder, which the
/// cluster keeps in its database and brings to a silo that lives.
/// </summary>
[GrainType("actors.net")]
internal sealed class NetGrain(ClusterSilo silo, IServiceProvider services)
    : global::Orleans.Grain, INetGrain, IRemindable
{
    /// <summary>Most that are woken at once; the rest is due at the next look.</summary>
    public const int WokenMax = 1_000;

    /// <summary>How long something may be due before it counts as missed: longer than two scans of a silo.</summary>
    public static readonly TimeSpan Missed = TimeSpan.FromMinutes(1);

    private const string Reminder = "actors.net";

    /// <summary>The least that Orleans takes.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task ArmAsync()
    {
        if (services.GetService<IReminderTable>() is null) return;
        await this.RegisterOrUpdateReminder(Reminder, Period, Period);
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => LookAsync();

    /// <inheritdoc/>
    public async Task<int> LookAsync()
    {
        var running = await silo.WhenRunningAsync();
        var missed = await running.Host.Store.DueAsync(running.Time.GetUtcNow() - Missed, WokenMax);
        foreach (var due in missed) running.Post(due.Key, new WakeUp());
        if (missed.Count > 0) running.Log.WokenLate(missed.Count, missed[0].Key);
        return missed.Count;
    }
}

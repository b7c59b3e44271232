using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Actors.Silo.Orleans;

/// <summary>How silos of a cluster work together. All silos of a cluster have the same.</summary>
public sealed class ActorsClusterOptions
{
    /// <summary>
    /// Parts of the work stream, and queues that carry them; several per silo spread the work evenly. Default: 8.
    /// Range: 1 to 1,024.
    /// </summary>
    public int WorkPartitions { get; set; } = 8;

    /// <summary>
    /// How long an agent waits at an empty queue of the work stream before it asks again: longer costs an idle silo
    /// less, and lets one that stops wait for it. What comes meanwhile is handed on at once. Default: 250 milliseconds.
    /// Range: 10 milliseconds to 5 seconds.
    /// </summary>
    public TimeSpan WorkPatience { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The certificate that silos show each other, and clients show silos; null: connections are not encrypted.
    /// Default: null.
    /// </summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// The authority of the cluster: then both sides of every connection, also of clients to silos, have to show a
    /// certificate that one of these has signed, and whoever does not is refused. Names in certificates are not
    /// compared, so the authority should sign for nothing but this cluster. Needs <see cref="Certificate"/>. Null:
    /// certificates are checked by the roots the machine trusts. Default: null.
    /// </summary>
    public X509Certificate2Collection? Authority { get; set; }

    /// <summary>Changes how certificates are checked; null: as <see cref="Authority"/> says.</summary>
    public Action<TlsOptions>? Tls { get; set; }

    private static TimeSpan PatienceMin { get; } = TimeSpan.FromMilliseconds(10);

    private static TimeSpan PatienceMax { get; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names both.</exception>
    internal void Validate()
    {
        if (Authority is not null && Certificate is null)
            throw new ArgumentOutOfRangeException(
                nameof(Authority),
                "ActorsClusterOptions.Authority needs Certificate: who asks for certificates shows one");
        if (WorkPartitions is < 1 or > 1024)
            throw new ArgumentOutOfRangeException(
                nameof(WorkPartitions), WorkPartitions, "ActorsClusterOptions.WorkPartitions: its range is 1 to 1024");
        if (WorkPatience < PatienceMin || WorkPatience > PatienceMax)
            throw new ArgumentOutOfRangeException(
                nameof(WorkPatience), WorkPatience,
                "ActorsClusterOptions.WorkPatience: its range is 10 milliseconds to 5 seconds");
    }
}

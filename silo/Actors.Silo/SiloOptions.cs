using System.Collections.Immutable;
using Actors.Silo.Configuration;
using Actors.Silo.Hosting;
using Actors.Storage.Postgres;

namespace Actors.Silo;

/// <summary>
/// Settings of a silo. In files and the environment they stand in section <c>Silo</c>, except <see cref="Services"/>
/// and
/// <see cref="Secrets"/>, which are sections of their own.
/// </summary>
public sealed record SiloOptions
{
    /// <summary>
    /// Addresses the silo listens on, as <c>http://HOST:PORT</c>, port 0 for any free one; separated by <c>;</c> in
    /// files and the environment. Default: <c>http://127.0.0.1:5080</c>. Range: loopback addresses.
    /// </summary>
    public ImmutableArray<string> Urls { get; init; } = ["http://127.0.0.1:5080"];

    /// <summary>
    /// The store: a file (relative paths count from the working directory), or a database as
    /// <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME</c>. Default: <c>actors.db</c>.
    /// </summary>
    public string Store { get; init; } = "actors.db";

    /// <summary>
    /// Whether the silo waits as a hot standby while another one owns the store, and again after it lost the store to
    /// another one. For a store on PostgreSQL and the embedded host. Default: false, which refuses a store in use.
    /// </summary>
    public bool Standby { get; init; }

    /// <summary>
    /// How long the silo owns a store on PostgreSQL without renewing that, by the server's clock: a standby takes over
    /// from a silo that hangs after this time, from one that was killed after a tenth of it (250 ms at least). Default:
    /// 10 seconds. Range: 1 second to 10 minutes.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Folder with the process files. Default: <c>processes</c>, which may be missing; any other has to be there.
    /// </summary>
    public string Processes { get; init; } = DefaultProcesses;

    /// <summary>
    /// Which host runs the grains: <c>embedded</c>, or <c>orleans</c> in a silo that was built with it. Default:
    /// <c>embedded</c>.</summary>
    public string Host { get; init; } = EmbeddedHost;

    /// <summary>
    /// The database in which the silos of a cluster find each other, as <c>postgres://...</c>; it holds their journals,
    /// too. Needs the host <c>orleans</c>. Null: no cluster. Default: null.
    /// </summary>
    public string? Cluster { get; init; }

    /// <summary>How the silo works together with the others of its cluster.</summary>
    public SiloClusterOptions InCluster { get; init; } = new();

    /// <summary>Largest request body. Default: 16 MiB. Range: 1 KiB to 1 GiB.</summary>
    public long RequestBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Factor on the durations of simulated steps; 0.1 makes them ten times faster. Default: 1. Range: 0 to 1,000.
    /// </summary>
    public double SimulatedTimeScale { get; init; } = 1;

    /// <summary>
    /// Time between keep-alive comments on an idle event stream. Default: 15 seconds. Range: 10 milliseconds to 5
    /// minutes.
    /// </summary>
    public TimeSpan EventsKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Attempts that run at once. Default: 256. Range: 0 to 100,000. 0: none is begun, all else goes on; so a person
    /// can cancel an invocation whose handler ends the process.
    /// </summary>
    public int Workers { get; init; } = 256;

    /// <summary>
    /// How long finished invocations are kept; null: for ever. Default: null. Range: 1 minute to 3,650 days.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Longest time for requests and steps to end after the silo was told to stop; steps that run on are then told to
    /// stop, and run again after the next start. Writing and closing may take some seconds more. Default: 30 seconds.
    /// Range: 0 to 10 minutes.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How log lines are written to the console: <c>auto</c> (readable lines on a terminal, else JSON), <c>json</c>,
    /// <c>text</c> or <c>none</c>. Default: <c>auto</c>.
    /// </summary>
    public string Logs { get; init; } = "auto";

    /// <summary>
    /// Who may call. Default: <c>none</c>, which binds the silo to loopback addresses; nothing else exists yet.
    /// </summary>
    public string Authentication { get; init; } = "none";

    /// <summary>
    /// Whether processes may be deployed over the API. Null: only while there are no <see cref="Secrets"/>, which a
    /// process can send to any address. Default: null.
    /// </summary>
    public bool? Deployments { get; init; }

    /// <summary>
    /// Addresses of services by name (<c>Services:NAME:Url</c>); they override those in process files.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Services { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Secrets by name (<c>Secrets:NAME</c>) for headers that say <c>secret:NAME</c>. Never logged.</summary>
    public ImmutableSortedDictionary<string, string> Secrets { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    internal bool TakesDeployments => Deployments ?? Secrets.IsEmpty;

    internal const string DefaultProcesses = "processes";

    internal const string EmbeddedHost = "embedded";

    internal const string OrleansHost = "orleans";

    /// <summary>Checks every setting.</summary>
    /// <exception cref="SiloStartException">Some are wrong; the message has all of them.</exception>
    public void Validate()
    {
        List<string> errors = [];
        if (Urls.IsDefaultOrEmpty)
            errors.Add("Silo:Urls is empty; give at least one address such as http://127.0.0.1:5080");
        foreach (var url in Urls.IsDefault ? [] : Urls) LoopbackOnly.CheckUrl(url, errors);
        if (string.IsNullOrWhiteSpace(Store))
            errors.Add("Silo:Store is empty; give the path of the store's file, such as actors.db");
        if (string.IsNullOrWhiteSpace(Processes))
            errors.Add("Silo:Processes is empty; give the path of the folder with the process files");
        if (Host == OrleansHost && !Hosting.OrleansHost.IsBuiltIn)
            errors.Add("Silo:Host is 'orleans', but this silo was built without it: build it with -p:Orleans=true, " +
                "or use the host 'embedded'");
        else if (Host is not (EmbeddedHost or OrleansHost))
            errors.Add($"Silo:Host is '{Host}'; it has to be 'embedded' or 'orleans'");
        CheckCluster(errors);
        if (Standby && (Host != EmbeddedHost || !PostgresJournalOptions.Names(Store)))
            errors.Add("Silo:Standby needs the embedded host and a store on PostgreSQL (Silo:Store=postgres://...): " +
                "nothing else has an owner that another silo could wait for");
        Range(errors, nameof(Lease), Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Range(errors, nameof(RequestBytesMax), RequestBytesMax, 1024, 1L << 30, "bytes");
        Range(errors, nameof(SimulatedTimeScale), SimulatedTimeScale, 0, 1000, "");
        Range(errors, nameof(EventsKeepAlive), EventsKeepAlive, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Range(errors, nameof(Workers), Workers, 0, 100_000, "");
        if (Retention is { } kept)
            Range(errors, nameof(Retention), kept, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));
        Range(errors, nameof(StopTimeout), StopTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        if (Logs is not ("auto" or "json" or "text" or "none"))
            errors.Add($"Silo:Logs is '{Logs}'; it has to be auto, json, text or none");
        if (Authentication != "none")
            errors.Add($"Silo:Authentication is '{Authentication}'; no way of authentication exists yet, so leave it " +
                "out and listen on loopback addresses only");
        foreach (var (name, url) in Services)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                errors.Add($"Services:{name}:Url is '{url}'; it has to be an absolute http or https address");
        }

        if (errors.Count > 0) throw new SiloStartException(string.Join('\n', errors));
    }

    private void CheckCluster(List<string> errors)
    {
        InCluster.Check(errors, isAlone: Host == OrleansHost && Cluster is null);
        if (Cluster is null) return;
        if (Host != OrleansHost)
            errors.Add($"Silo:Cluster needs the host 'orleans', but Silo:Host is '{Host}': add --host orleans");
        if (!PostgresJournalOptions.Names(Cluster))
            errors.Add("Silo:Cluster names no database; write postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME");
        else if (Store != Cluster)
            errors.Add("Silo:Store is another place than Silo:Cluster, but the silos of a cluster share the store in " +
                "the database where they find each other: leave Silo:Store out");
    }

    private static void Range(List<string> errors, string name, double value, double min, double max, string unit)
    {
        if (!(value >= min && value <= max))
            errors.Add($"Silo:{name} is {value}; it has to be from {min} to {max} {unit}".TrimEnd());
    }

    private static void Range(List<string> errors, string name, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            errors.Add(
                $"Silo:{name} is {value:c}; it has to be from {Durations.Format(min)} to {Durations.Format(max)}");
        }
    }
}

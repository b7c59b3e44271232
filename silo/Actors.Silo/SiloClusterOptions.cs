using System.Net;

namespace Actors.Silo;

/// <summary>
/// How a silo works together with the others of its cluster; in files and the environment section
/// <c>Silo:InCluster</c>. All of them should have the same times.
/// </summary>
public sealed record SiloClusterOptions
{
    private const string Loopback = "127.0.0.1";

    private static readonly TimeSpan ProbeTimeoutMaxLeast = TimeSpan.FromSeconds(5);

    private readonly TimeSpan? _probeTimeoutMax;

    /// <summary>
    /// Address under which the other silos and Orleans clients reach this one, and on which it listens for them.
    /// Default: 127.0.0.1, and nothing else without a cluster. Any but a loopback address needs
    /// <see cref="Certificate"/> and <see cref="Authority"/>.
    /// </summary>
    public string Address { get; init; } = Loopback;

    /// <summary>
    /// File with the certificate of this silo and its private key, as PEM (both in one file) or PKCS#12 without a
    /// password (<c>.pfx</c>, <c>.p12</c>): connections between silos and from Orleans clients are encrypted. Null:
    /// they are not. Default: null.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>
    /// File with the certificates of the cluster's authority, as PEM: both sides of a connection have to show a
    /// certificate that it has signed. Goes with <see cref="Certificate"/>. Default: null.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>Port for the other silos. Default: 11111. Range: 1 to 65,535.</summary>
    public int SiloPort { get; init; } = 11_111;

    /// <summary>Port for Orleans clients. Default: 30000. Range: 1 to 65,535.</summary>
    public int GatewayPort { get; init; } = 30_000;

    /// <summary>
    /// How often a silo asks its neighbours whether they live, and how long it waits for the answer. Default: 5
    /// seconds. Range: 100 milliseconds to 1 minute.
    /// </summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Missed answers after which a silo votes to declare another dead. Default: 3. Range: 1 to 20.</summary>
    public int ProbesMissedMax { get; init; } = 3;

    /// <summary>
    /// What the wait for an answer grows to where answers come late. A silo whose connections are open but which says
    /// nothing, because it hangs, is voted dead after this time, <see cref="ProbesMissedMax"/> times over. Default: 5
    /// seconds, or <see cref="ProbeTimeout"/> if that is longer. Range: <see cref="ProbeTimeout"/> to 4 minutes.
    /// </summary>
    public TimeSpan ProbeTimeoutMax
    {
        get => _probeTimeoutMax ?? (ProbeTimeout > ProbeTimeoutMaxLeast ? ProbeTimeout : ProbeTimeoutMaxLeast);
        init => _probeTimeoutMax = value;
    }

    /// <summary>
    /// How long a call waits for an answer of another silo; then it is not known whether it was carried out, and the
    /// caller is told so. Default: 30 seconds. Range: 11 seconds to 10 minutes: silos hold waiting calls for 10.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Parts of the stream that carries work to the silos: a silo without any runs no steps, so there should be
    /// several per silo. The same in all silos. Default: 8. Range: 1 to 1,024.
    /// </summary>
    public int WorkPartitions { get; init; } = 8;

    /// <summary>
    /// How long a silo waits at an empty part of that stream before it asks again; what comes meanwhile is handed on at
    /// once. Default: 250 milliseconds. Range: 10 milliseconds to 5 seconds.
    /// </summary>
    public TimeSpan WorkPatience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks every setting.</summary>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="isAlone">Whether a silo tries the host out without a cluster.</param>
    internal void Check(List<string> errors, bool isAlone)
    {
        CheckAddress(errors, isAlone);
        CheckPort(errors, nameof(SiloPort), SiloPort);
        CheckPort(errors, nameof(GatewayPort), GatewayPort);
        if (SiloPort == GatewayPort)
            errors.Add($"Silo:InCluster:SiloPort and GatewayPort are both {SiloPort}; a silo needs two ports");
        CheckTime(errors, nameof(ProbeTimeout), ProbeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (ProbeTimeoutMax < ProbeTimeout || ProbeTimeoutMax > TimeSpan.FromMinutes(4))
        {
            errors.Add($"Silo:InCluster:ProbeTimeoutMax is {ProbeTimeoutMax:c}; it has to be from ProbeTimeout " +
                $"({Durations.Format(ProbeTimeout)}) to 4m");
        }

        CheckTime(
            errors, nameof(ResponseTimeout), ResponseTimeout, TimeSpan.FromSeconds(11), TimeSpan.FromMinutes(10));
        CheckTime(errors, nameof(WorkPatience), WorkPatience, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5));
        if (WorkPartitions is < 1 or > 1_024)
            errors.Add($"Silo:InCluster:WorkPartitions is {WorkPartitions}; it has to be from 1 to 1024");
        if (ProbesMissedMax is < 1 or > 20)
            errors.Add($"Silo:InCluster:ProbesMissedMax is {ProbesMissedMax}; it has to be from 1 to 20");
    }

    private void CheckAddress(List<string> errors, bool isAlone)
    {
        if (Certificate is null != Authority is null)
        {
            errors.Add("Silo:InCluster:Certificate and Authority go together: give the file with this silo's " +
                "certificate and key, and the file with the certificate of the authority that signs for the cluster");
        }

        if (!IPAddress.TryParse(Address, out var address))
            errors.Add($"Silo:InCluster:Address is '{Address}'; it has to be an address such as 127.0.0.1 or 10.0.0.5");
        else if (isAlone && Address != Loopback)
            errors.Add($"Silo:InCluster:Address is {Address}, but a silo without a cluster listens on {Loopback} " +
                "only: name the cluster's database with --cluster, or leave the address out");
        else if (!IPAddress.IsLoopback(address) && (Certificate is null || Authority is null))
            errors.Add($"Silo:InCluster:Address is {Address}, which other machines reach, but nothing between silos " +
                "is encrypted or authenticated: set Silo:InCluster:Certificate and Authority, or use 127.0.0.1");
    }

    private static void CheckPort(List<string> errors, string name, int port)
    {
        if (port is < 1 or > 65_535) errors.Add($"Silo:InCluster:{name} is {port}; it has to be from 1 to 65535");
    }

    private static void CheckTime(List<string> errors, string name, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value >= min && value <= max) return;
        errors.Add($"Silo:InCluster:{name} is {value:c}; it has to be from {Durations.Format(min)} to " +
            Durations.Format(max));
    }
}

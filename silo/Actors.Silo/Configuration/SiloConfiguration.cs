using System.Collections.Immutable;
using System.Globalization;

namespace Actors.Silo.Configuration;

/// <summary>
/// Reads <see cref="SiloOptions"/> from a file, then the environment, then flags; what comes later wins. Environment
/// variables start with <c>ACTORS_</c> and write <c>__</c> between the parts: <c>ACTORS_SILO__STORE</c>,
/// <c>ACTORS_SERVICES__SHOP__URL</c>. Reading is strict: an unknown key of the file, or of section <c>Silo</c> wherever
/// it comes from, is an error.
/// </summary>
public static class SiloConfiguration
{
    /// <summary>Name of the file that is read from next to the folder of processes if no other is named.</summary>
    public const string FileName = "actors.json";

    private const string EnvironmentPrefix = "ACTORS_";
    private static readonly string[] Sections = ["Silo", "Services", "Secrets"];

    private static readonly string[] Keys =
    [
        nameof(SiloOptions.Urls), nameof(SiloOptions.Store), nameof(SiloOptions.Standby), nameof(SiloOptions.Lease),
        nameof(SiloOptions.Processes), nameof(SiloOptions.Host), nameof(SiloOptions.Cluster),
        nameof(SiloOptions.InCluster),
        nameof(SiloOptions.RequestBytesMax), nameof(SiloOptions.SimulatedTimeScale),
        nameof(SiloOptions.EventsKeepAlive), nameof(SiloOptions.Workers), nameof(SiloOptions.Retention),
        nameof(SiloOptions.StopTimeout), nameof(SiloOptions.Logs), nameof(SiloOptions.Authentication),
        nameof(SiloOptions.Deployments),
    ];

    private static readonly string[] ClusterKeys =
    [
        nameof(SiloClusterOptions.Address), nameof(SiloClusterOptions.Certificate),
        nameof(SiloClusterOptions.Authority),
        nameof(SiloClusterOptions.SiloPort), nameof(SiloClusterOptions.GatewayPort),
        nameof(SiloClusterOptions.ProbeTimeout), nameof(SiloClusterOptions.ProbeTimeoutMax),
        nameof(SiloClusterOptions.ProbesMissedMax),
        nameof(SiloClusterOptions.ResponseTimeout), nameof(SiloClusterOptions.WorkPartitions),
        nameof(SiloClusterOptions.WorkPatience),
    ];

    /// <summary>Reads and checks the options.</summary>
    /// <param name="flags">
    /// Values from the command line, by key such as <c>Silo:Store</c>; null values are left out.
    /// </param>
    /// <param name="file">
    /// A file that has to exist; null: <see cref="FileName"/> next to the folder of processes, if there.
    /// </param>
    /// <exception cref="SiloStartException">
    /// The file is not readable, or keys or values are wrong; the message has all errors.
    /// </exception>
    public static SiloOptions Load(IReadOnlyDictionary<string, string?> flags, string? file = null) =>
        Load(flags, file, new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build());

    internal static SiloOptions Load(
        IReadOnlyDictionary<string, string?> flags, string? file, IConfiguration environment)
    {
        var named = new ConfigurationBuilder().AddInMemoryCollection(flags.Where(f => f.Value is not null)).Build();
        List<string> errors = [];
        var builder = new ConfigurationBuilder();
        if (FileToRead(file, named["Silo:Processes"] ?? environment["Silo:Processes"]) is { } path)
            builder.AddConfiguration(ReadFile(path, errors));
        var all = builder.AddConfiguration(environment).AddConfiguration(named).Build();

        CheckKeys(all.GetSection("Silo"), Keys, "Silo", errors);
        var options = Bind(all, errors);
        if (errors.Count > 0) throw new SiloStartException(string.Join('\n', errors));
        options.Validate();
        return options;
    }

    private static string? FileToRead(string? file, string? processes)
    {
        if (file is not null) return Path.GetFullPath(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(processes ?? new SiloOptions().Processes));
        var beside = Path.Combine(folder ?? ".", FileName);
        return File.Exists(beside) ? beside : null;
    }

    private static IConfigurationRoot ReadFile(string path, List<string> errors)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var read = new ConfigurationBuilder().AddJsonStream(stream).Build();
            foreach (var section in read.GetChildren())
            {
                if (Sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase)) continue;
                var hint = NearestName.Hint(section.Key, Sections);
                errors.Add($"{path}: section '{section.Key}' is not known{hint}");
            }

            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SiloStartException($"the configuration file {path} can't be read: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new SiloStartException(
                $"the configuration file {path} is not valid JSON: {(e.InnerException ?? e).Message}", e);
        }
    }

    private static void CheckKeys(IConfigurationSection section, string[] known, string name, List<string> errors)
    {
        foreach (var key in section.GetChildren().Select(c => c.Key))
        {
            if (!known.Contains(key, StringComparer.OrdinalIgnoreCase))
                errors.Add($"{name}:{key} is not known{NearestName.Hint(key, known)}");
        }
    }

    private static SiloOptions Bind(IConfiguration all, List<string> errors)
    {
        var silo = all.GetSection("Silo");
        var defaults = new SiloOptions();
        foreach (var service in all.GetSection("Services").GetChildren())
            CheckKeys(service, ["Url"], $"Services:{service.Key}", errors);
        return defaults with
        {
            Urls = Urls(silo.GetSection(nameof(SiloOptions.Urls))) ?? defaults.Urls,
            // The silos of a cluster share the store in its database.
            Store = silo[nameof(SiloOptions.Store)] ?? silo[nameof(SiloOptions.Cluster)] ?? defaults.Store,
            Standby = Flag(silo, nameof(SiloOptions.Standby), defaults.Standby, errors),
            Lease = Duration(silo, nameof(SiloOptions.Lease), defaults.Lease, errors),
            Processes = silo[nameof(SiloOptions.Processes)] ?? defaults.Processes,
            Host = silo[nameof(SiloOptions.Host)] ?? defaults.Host,
            Cluster = silo[nameof(SiloOptions.Cluster)],
            InCluster = BindCluster(silo.GetSection(nameof(SiloOptions.InCluster)), errors),
            Logs = silo[nameof(SiloOptions.Logs)] ?? defaults.Logs,
            Authentication = silo[nameof(SiloOptions.Authentication)] ?? defaults.Authentication,
            Deployments = silo[nameof(SiloOptions.Deployments)] is null
                ? defaults.Deployments
                : Flag(silo, nameof(SiloOptions.Deployments), false, errors),
            RequestBytesMax = (long)Number(
                silo, nameof(SiloOptions.RequestBytesMax), defaults.RequestBytesMax, NumberStyles.AllowLeadingSign,
                errors),
            SimulatedTimeScale = Number(
                silo, nameof(SiloOptions.SimulatedTimeScale), defaults.SimulatedTimeScale, NumberStyles.Float, errors),
            EventsKeepAlive = Duration(silo, nameof(SiloOptions.EventsKeepAlive), defaults.EventsKeepAlive, errors),
            Workers = Whole(silo, nameof(SiloOptions.Workers), defaults.Workers, errors),
            Retention = silo[nameof(SiloOptions.Retention)] is null
                ? defaults.Retention
                : Duration(silo, nameof(SiloOptions.Retention), TimeSpan.FromDays(1), errors),
            StopTimeout = Duration(silo, nameof(SiloOptions.StopTimeout), defaults.StopTimeout, errors),
            Services = all.GetSection("Services").GetChildren().Where(s => s["Url"] is not null)
                .ToImmutableSortedDictionary(s => s.Key, s => s["Url"]!, StringComparer.Ordinal),
            Secrets = all.GetSection("Secrets").GetChildren().Where(s => s.Value is not null)
                .ToImmutableSortedDictionary(s => s.Key, s => s.Value!, StringComparer.Ordinal),
        };
    }

    private static SiloClusterOptions BindCluster(IConfigurationSection cluster, List<string> errors)
    {
        CheckKeys(cluster, ClusterKeys, "Silo:InCluster", errors);
        var defaults = new SiloClusterOptions();
        var options = defaults with
        {
            Address = cluster[nameof(SiloClusterOptions.Address)] ?? defaults.Address,
            Certificate = cluster[nameof(SiloClusterOptions.Certificate)],
            Authority = cluster[nameof(SiloClusterOptions.Authority)],
            SiloPort = Whole(cluster, nameof(SiloClusterOptions.SiloPort), defaults.SiloPort, errors),
            GatewayPort = Whole(cluster, nameof(SiloClusterOptions.GatewayPort), defaults.GatewayPort, errors),
            ProbeTimeout = Duration(cluster, nameof(SiloClusterOptions.ProbeTimeout), defaults.ProbeTimeout, errors),
            ProbesMissedMax = Whole(
                cluster, nameof(SiloClusterOptions.ProbesMissedMax), defaults.ProbesMissedMax, errors),
            ResponseTimeout = Duration(
                cluster, nameof(SiloClusterOptions.ResponseTimeout), defaults.ResponseTimeout, errors),
            WorkPartitions = Whole(cluster, nameof(SiloClusterOptions.WorkPartitions), defaults.WorkPartitions, errors),
            WorkPatience = Duration(cluster, nameof(SiloClusterOptions.WorkPatience), defaults.WorkPatience, errors),
        };
        const string probeTimeoutMax = nameof(SiloClusterOptions.ProbeTimeoutMax);
        return cluster[probeTimeoutMax] is null ? options : options with
        {
            ProbeTimeoutMax = Duration(cluster, probeTimeoutMax, options.ProbeTimeoutMax, errors),
        };
    }

    // An address from the environment or a flag replaces a list in the file.
    private static ImmutableArray<string>? Urls(IConfigurationSection section)
    {
        if (section.Value is { } text)
            return [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        var list = section.GetChildren().Select(c => c.Value ?? "").ToImmutableArray();
        return list.Length > 0 ? list : null;
    }

    private static bool Flag(IConfigurationSection silo, string key, bool fallback, List<string> errors)
    {
        if (silo[key] is not { } text) return fallback;
        if (bool.TryParse(text, out var value)) return value;
        errors.Add($"{silo.Path}:{key} is '{text}'; it has to be true or false");
        return fallback;
    }

    private static int Whole(IConfigurationSection silo, string key, int fallback, List<string> errors) =>
        (int)Number(silo, key, fallback, NumberStyles.AllowLeadingSign, errors);

    private static double Number(
        IConfigurationSection silo, string key, double fallback, NumberStyles style, List<string> errors)
    {
        if (silo[key] is not { } text) return fallback;
        if (double.TryParse(text, style, CultureInfo.InvariantCulture, out var value)) return value;
        var whole = style.HasFlag(NumberStyles.AllowDecimalPoint) ? "" : "whole ";
        errors.Add($"{silo.Path}:{key} is '{text}'; it has to be a {whole}number");
        return fallback;
    }

    private static TimeSpan Duration(IConfigurationSection silo, string key, TimeSpan fallback, List<string> errors)
    {
        if (silo[key] is not { } text) return fallback;
        if (Durations.TryParse(text, out var value)) return value;
        errors.Add($"{silo.Path}:{key} is '{text}'; it has to be a duration such as 15s");
        return fallback;
    }
}

using Actors.Silo.Configuration;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace Actors.Silo.Tests.Hosting;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-silo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var options = Load([]);
        options.Urls.ShouldBe(["http://127.0.0.1:5080"]);
        options.Store.ShouldBe("actors.db");
        options.RequestBytesMax.ShouldBe(16 * 1024 * 1024);
    }

    [Fact]
    public void Flags_win_over_the_environment_and_the_environment_over_the_file()
    {
        var file = Write("""
            { "Silo": { "Store": "file.db", "Logs": "text", "SimulatedTimeScale": 0.5, "EventsKeepAlive": "1s",
                        "Urls": ["http://127.0.0.1:1", "http://[::1]:2"] },
              "Services": { "shop": { "Url": "http://127.0.0.1:5100" } }, "Secrets": { "token": "t" } }
            """);
        var environment = new Dictionary<string,
            string?> { ["Silo:Store"] = "environment.db", ["Silo:Logs"] = "none",
            ["Silo:Urls"] = "http://localhost:3" };
        var options = Load(new() { ["Silo:Store"] = "flag.db" }, environment, file);
        options.Store.ShouldBe("flag.db");
        options.Logs.ShouldBe("none");
        options.SimulatedTimeScale.ShouldBe(0.5);
        options.EventsKeepAlive.ShouldBe(TimeSpan.FromSeconds(1));
        options.Urls.ShouldBe(["http://localhost:3"]);
        options.Services["shop"].ShouldBe("http://127.0.0.1:5100");
        options.Secrets["token"].ShouldBe("t");
    }

    [Fact]
    public void The_file_next_to_the_folder_of_processes_is_read()
    {
        Write("""{ "Silo": { "Store": "beside.db" } }""");
        Load(new() { ["Silo:Processes"] = Path.Combine(_folder, "processes") }).Store.ShouldBe("beside.db");
    }

    [Fact]
    public void Every_unknown_key_is_an_error_with_the_nearest_known_one()
    {
        var file = Write("""{ "Silo": { "Stroe": "x" }, "Servcies": {}, "Services": { "shop": { "Ulr": "x" } } }""");
        var message = Should.Throw<SiloStartException>(() => Load([], new() { ["Silo:Urlz"] = "x" }, file)).Message;
        message.ShouldContain("Silo:Stroe is not known; did you mean 'Store'?");
        message.ShouldContain("section 'Servcies' is not known; did you mean 'Services'?");
        message.ShouldContain("Services:shop:Ulr is not known; did you mean 'Url'?");
        message.ShouldContain("Silo:Urlz is not known; did you mean 'Urls'?");
    }

    [Theory]
    [InlineData("Silo:RequestBytesMax", "5", "from 1024 to 1073741824 bytes")]
    [InlineData("Silo:RequestBytesMax", "much", "a whole number")]
    [InlineData("Silo:RequestBytesMax", "-1", "from 1024 to 1073741824 bytes")]
    [InlineData("Silo:SimulatedTimeScale", "-1", "from 0 to 1000")]
    [InlineData("Silo:SimulatedTimeScale", "NaN", "from 0 to 1000")]
    [InlineData("Silo:EventsKeepAlive", "0s", "from 10ms to 5m")]
    [InlineData("Silo:StopTimeout", "soon", "a duration")]
    [InlineData("Silo:SimulatedTimeScale", "fast", "a number")]
    [InlineData("Silo:Workers", "-1", "from 0 to 100000")]
    [InlineData("Silo:Workers", "1.5", "a whole number")]
    [InlineData("Silo:Workers", "100001", "from 0 to 100000")]
    [InlineData("Silo:Workers", "99999999999", "from 0 to 100000")]
    [InlineData("Silo:Retention", "5s", "from 1m to")]
    [InlineData("Silo:Host", "simulated", "embedded")]
    [InlineData("Silo:Cluster", "postgres://127.0.0.1/db", "add --host orleans")]
    [InlineData("Silo:Cluster", "cluster.db", "names no database")]
    [InlineData("Silo:InCluster:SiloPort", "0", "from 1 to 65535")]
    [InlineData("Silo:InCluster:Address", "10.0.0.5", "set Silo:InCluster:Certificate and Authority")]
    [InlineData("Silo:InCluster:Address", "here", "such as 127.0.0.1")]
    [InlineData("Silo:InCluster:GatewayPort", "11111", "needs two ports")]
    [InlineData("Silo:InCluster:ProbeTimeout", "10ms", "from 100ms to 1m")]
    [InlineData("Silo:InCluster:ProbeTimeoutMax", "4s", "from ProbeTimeout (5s) to 4m")]
    [InlineData("Silo:InCluster:ProbeTimeoutMax", "5m", "from ProbeTimeout (5s) to 4m")]
    [InlineData("Silo:InCluster:ResponseTimeout", "5s", "from 11s to 10m")]
    [InlineData("Silo:InCluster:Probes", "5", "is not known")]
    [InlineData("Silo:Logs", "xml", "auto, json, text or none")]
    [InlineData("Silo:Authentication", "oidc", "no way of authentication exists yet")]
    [InlineData("Silo:Store", " ", "Silo:Store is empty")]
    [InlineData("Services:shop:Url", "127.0.0.1", "absolute http")]
    public void Values_out_of_range_are_refused_with_option_and_range(string key, string value, string expected) =>
        Should.Throw<SiloStartException>(() => Load(new() { [key] = value })).Message.ShouldContain(expected);

    [Theory]
    [InlineData(null, null, 5)]
    [InlineData("1s", null, 5)]
    [InlineData("20s", null, 20)]
    [InlineData("1s", "4s", 4)]
    [InlineData("1s", "1s", 1)]
    public void Probes_wait_no_longer_than_they_are_told(string? timeout, string? max, int seconds) =>
        Load(new() { ["Silo:InCluster:ProbeTimeout"] = timeout, ["Silo:InCluster:ProbeTimeoutMax"] = max })
            .InCluster.ProbeTimeoutMax.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_silo_without_a_cluster_has_no_address_for_others()
    {
        Dictionary<string, string?> values = new()
        {
            ["Silo:Host"] = "orleans",
            ["Silo:InCluster:Address"] = "10.0.0.5",
        };
        Should.Throw<SiloStartException>(() => Load(values)).Message.ShouldContain("leave the address out");
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://192.168.1.10:5080")]
    [InlineData("http://example.org:5080")]
    [InlineData("http://127.0.0.1:5080;http://10.0.0.1:5080")]
    public void Any_address_but_a_loopback_one_is_refused_as_long_as_authentication_is_not_configured(string urls) =>
        Should.Throw<SiloStartException>(() => Load(new() { ["Silo:Urls"] = urls })).Message.ShouldContain(
            "authentication is not configured");

    [Theory]
    [InlineData("5080")]
    [InlineData("https://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:5080/base")]
    public void What_is_no_address_is_refused(string urls) =>
        Should.Throw<SiloStartException>(() => Load(new() { ["Silo:Urls"] = urls })).Message.ShouldContain(
            "http://127.0.0.1:5080");

    [Theory]
    [InlineData("http://127.0.0.2:80")]
    [InlineData("http://[::1]:80")]
    [InlineData("http://localhost:80")]
    [InlineData("http://[::ffff:127.0.0.1]:80")]
    public void Loopback_addresses_are_taken(string url) => Load(new() { ["Silo:Urls"] = url }).Urls.ShouldBe([url]);

    [Fact]
    public void A_file_that_is_missing_or_not_json_is_named()
    {
        Should.Throw<SiloStartException>(() => Load([], [], Path.Combine(_folder, "none.json"))).Message.ShouldContain(
            "none.json");
        Should.Throw<SiloStartException>(() => Load([], [], Write("{ \"Silo\": "))).Message.ShouldContain(
            "not valid JSON");
    }

    private SiloOptions Load(
        Dictionary<string, string?> flags, Dictionary<string, string?>? environment = null, string? file = null)
    {
        flags.TryAdd("Silo:Processes", Path.Combine(_folder, "processes"));
        return SiloConfiguration.Load(flags, file, new ConfigurationBuilder().AddInMemoryCollection(environment ?? [])
            .Build());
    }

    private string Write(string json)
    {
        var path = Path.Combine(_folder, SiloConfiguration.FileName);
        File.WriteAllText(path, json);
        return path;
    }
}

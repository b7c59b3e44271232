using Shouldly;

namespace Actors.Cli.Tests.Commands;

public sealed class UsageTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("'rn' is not a command of 'actors'; did you mean 'run'?", "rn")]
    [InlineData("'--stroe' is not an option of 'actors run'; did you mean '--store'?", "run", "x.yaml", "--stroe=y")]
    [InlineData("PATH is missing", "run")]
    [InlineData("name a command")]
    [InlineData("name one of 'wfcommons'", "import")]
    [InlineData("'abc' is not the id of an invocation without its process: write process/abc", "show", "abc")]
    [InlineData("of JSON, it is \"process\", a slash, and \"invocationId\"", "cancel", "0196ab")]
    [InlineData("'a b/c' is not the id of an invocation; write process/id", "explain", "a b/c")]
    [InlineData("'runing' is not a value for --status; did you mean 'running'?", "list", "--status", "runing")]
    [InlineData("'7' is not a value for --status", "list", "--status", "7")]
    [InlineData("'-1' is not a number for --time-scale; give one from 0 to 1000", "run", "x", "--time-scale", "-1")]
    [InlineData("'soon' is not a duration for --timeout", "run", "x", "--timeout", "soon")]
    [InlineData("'ftp://x' is not the address of a silo", "list", "--url", "ftp://x")]
    [InlineData("give one of them", "list", "--url", "http://127.0.0.1:1", "--store", "x")]
    public async Task A_wrong_command_line_is_refused_in_one_paragraph(string said, params string[] args)
    {
        var run = await _cli.RunAsync(args);
        run.Code.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldStartWith("actors: ");
        run.Error.ShouldContain(said);
        run.Error.TrimEnd().ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("show", "-h")]
    [InlineData("import", "wfcommons", "--help")]
    public async Task Help_documents_the_exit_codes(params string[] args)
    {
        var run = await _cli.RunAsync(args);
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("130  Interrupted");
    }

    [Fact]
    public async Task A_refusal_with_json_prints_one_object()
    {
        var run = await _cli.RunAsync("run", "nowhere.yaml", "--json");
        run.Code.ShouldBe(2);
        run.Json.GetProperty("error").GetProperty("type").GetString().ShouldBe("not-found");
        run.Error.ShouldContain("nowhere.yaml");
    }

    [Fact]
    public async Task Where_no_silo_is_the_way_out_is_said()
    {
        _cli.Environment["ACTORS_URL"] = "http://127.0.0.1:1";
        var run = await _cli.RunAsync("cancel", "order/1");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("http://127.0.0.1:1");
        run.Error.ShouldContain("actors serve");
    }

    [Fact]
    public async Task The_flags_that_the_documentation_lists_are_those_of_serve()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Actors.sln"))) root = root.Parent!;
        var text = await File.ReadAllTextAsync(Path.Combine(root.FullName, "docs", "http-api.md"));
        var list = text.Split("then flags (")[1].Split(')')[0];
        var help = (await _cli.RunAsync("serve", "--help")).Out;
        foreach (var flag in list.Split(',')) help.ShouldContain($"  {flag.Trim(' ', '`', '\n')} ");
    }
}

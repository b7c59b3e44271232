using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>A process file meets the handlers of the program that hosts it.</summary>
public sealed class RegisteredTypesTests : IDisposable
{
    private const string Text = """
        process: lengths
        model: pipeline
        steps:
          name: { handler: name }
          count:
            handler: count
          both:
            handler: both
            input: { name: $.steps.name.result, count: $.steps.count.result }
        """;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"types-{Guid.NewGuid():N}.yaml");

    [Fact]
    public async Task A_handler_that_takes_a_number_is_not_hosted_behind_one_that_returns_a_text()
    {
        await File.WriteAllTextAsync(_file, Text);
        await using var engine = Make(options => options
            .AddHandler<int, int>("count", (input, _) => ValueTask.FromResult(input))
            .AddHandler<Both, Both>("both", (input, _) => ValueTask.FromResult(input))
            .AddProcessFile(_file));

        var thrown = await Should.ThrowAsync<DefinitionException>(() => engine.StartAsync(default));

        var error = thrown.Errors.ShouldHaveSingleItem();
        (error.Rule, error.File, error.Line).ShouldBe(("type-mismatch", _file, 6));
        error.Message.ShouldBe(
            "step 'count' is given the result of step 'name', which does not fit what its handler takes (Int32): " +
            "it is a text and has to be a whole number; write an 'input' that fits, or change one of the two");
        engine.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task Every_misfit_of_every_process_is_told()
    {
        await File.WriteAllTextAsync(_file, Text);
        await using var engine = Make(options => options
            .AddHandler<int, bool>("count", (_, _) => ValueTask.FromResult(true))
            .AddHandler<Both, Both>("both", (input, _) => ValueTask.FromResult(input))
            .AddProcessFile(_file)
            .AddProcess(Core.Definitions.ProcessFile.Read(Text, "other.yaml").MapOrThrow()));

        var thrown = await Should.ThrowAsync<DefinitionException>(() => engine.StartAsync(default));

        thrown.Errors.Select(e => (e.File, e.Line)).ShouldBe([(_file, 6), (_file, 9), (null, 0), (null, 0)]);
        thrown.Errors[1].Message.ShouldContain("'count' is true or false and has to be a whole number");
    }

    [Fact]
    public async Task Types_with_the_same_json_fit_and_the_process_runs()
    {
        await File.WriteAllTextAsync(_file, Text);
        await using var engine = Make(options => options
            .AddHandler<string, int>("count", (input, _) => ValueTask.FromResult(input.Length))
            .AddHandler<Both, Both>("both", (input, _) => ValueTask.FromResult(input))
            .AddProcessFile(_file));
        await engine.StartAsync(default);

        var id = (await engine.Client.StartAsync(new StartRequest("lengths", Payload.FromJson("\"abc\"")))).Id;

        (await engine.Client.WaitAsync(id)).Output.ToString().ShouldBe("""{"name":"abc","count":3}""");
    }

    public void Dispose() => File.Delete(_file);

    private static ActorsEngine Make(Action<ActorsOptions> configure)
    {
        var options = new ActorsOptions().UseMemory();
        options.AddHandler<string, string>("name", (input, _) => ValueTask.FromResult(input));
        configure(options);
        var services = new ServiceCollection().BuildServiceProvider();
        return new ActorsEngine(options, services, NullLoggerFactory.Instance, TimeProvider.System);
    }

    private sealed record Both(string Name, int Count);
}

using System.Collections.Concurrent;
using System.Text;
using Actors.Core.Definitions;
using Actors.Definitions;
using Actors.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Actors.Grains.Tests.Engine;

/// <summary>What a hosted process calls and the engine does not have is said in the log before it is called.</summary>
public sealed class MissingPartsTests
{
    [Fact]
    public async Task At_start_each_missing_handler_and_child_is_warned_of_with_the_nearest_name()
    {
        var log = new WarningLog();
        await using var engine = await StartAsync(log, EngineWorld.Map("order",
            EngineWorld.Handler("charge", "charge-kard"),
            EngineWorld.Handler("known", "charge-card"),
            EngineWorld.Child("mail", "oder", "charge"),
            EngineWorld.Child("self", "order", "charge"),
            EngineWorld.Echo("label") with { Undo = new StepAction.Handler("void") }));

        log.Warnings.ShouldBe(
        [
            "Step charge of process order calls handler charge-kard, which this silo does not have (did you " +
            "mean 'charge-card'?). The step waits for a silo that has it",
            "Step mail of process order starts process oder, which is not hosted here (did you mean 'order'?). The " +
            "step fails unless it is deployed before",
            "Step label of process order calls handler void, which this silo does not have. The step waits for a " +
            "silo that has it",
        ]);
    }

    [Fact]
    public async Task What_is_deployed_is_warned_of_too()
    {
        var log = new WarningLog();
        await using var engine = await StartAsync(log, EngineWorld.Map("order", EngineWorld.Echo("a")));
        log.Warnings.ShouldBeEmpty();

        var map = EngineWorld.Map("later", EngineWorld.Handler("pack", "pack-it"), EngineWorld.Child("b", "order"));
        await engine.Client.DeployAsync(Payload.FromUtf8(Encoding.UTF8.GetBytes(StepMapJson.Write(map))));

        log.Warnings.ShouldHaveSingleItem().ShouldContain("Step pack of process later calls handler pack-it");
    }

    private static async Task<ActorsEngine> StartAsync(WarningLog log, StepMap map)
    {
        var options = new ActorsOptions().UseMemory();
        options.AddHandler<Payload, Payload>("echo", (input, _) => ValueTask.FromResult(input));
        options.AddHandler<Payload, Payload>("charge-card", (input, _) => ValueTask.FromResult(input));
        options.AddProcess(map);
        var services = new ServiceCollection().BuildServiceProvider();
        var engine = new ActorsEngine(options, services, log, TimeProvider.System);
        await engine.StartAsync(default);
        return engine;
    }

    private sealed class WarningLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Warnings { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning) Warnings.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}

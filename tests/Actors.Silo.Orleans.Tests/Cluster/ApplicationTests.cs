using Actors.Definitions;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>The shelf of a team's own application; it knows nothing of processes but how to start one.</summary>
public interface IShelf : IGrainWithStringKey
{
    /// <summary>Takes one item.</summary>
    /// <returns>How many are left.</returns>
    Task<int> TakeAsync();

    /// <summary>Starts a process, and answers with its id.</summary>
    Task<string> OrderAsync(string key);
}

/// <inheritdoc cref="IShelf"/>
public sealed class Shelf(IActorsClient actors) : Grain, IShelf
{
    private int _left = 10;

    public Task<int> TakeAsync() => Task.FromResult(--_left);

    public async Task<string> OrderAsync(string key)
    {
        var started = await actors.StartAsync("sell", this.GetPrimaryKeyString(), key);
        return started.Id.ToString();
    }
}

/// <summary>A step that calls the application's grain.</summary>
public sealed class TakeFromShelf(IGrainFactory grains) : IStepHandler<string, int>
{
    public async ValueTask<int> HandleAsync(string input, StepContext context) =>
        await grains.GetGrain<IShelf>(input).TakeAsync();
}

/// <summary>What a team has that adds the engine to the Orleans application it has already.</summary>
public sealed class ApplicationTests
{
    [Fact]
    public async Task Steps_call_the_applications_grains_and_its_grains_start_processes()
    {
        await using var cluster = await RunningCluster.StartAsync(2, options => options
            .AddHandlers(typeof(ApplicationTests).Assembly)
            .AddProcess(Process.Define<string>("sell").Step("take", step => step.Call<TakeFromShelf>()).Build()));
        var grains = cluster.Service<IGrainFactory>(0);
        var left = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 4; i++)
        {
            var id = await grains.GetGrain<IShelf>("a").OrderAsync($"order-{i}");
            InvocationId.TryParse(id, out var invocation).ShouldBeTrue();
            var ended = await cluster.ClientOf(i % 2).WaitAsync(invocation, TimeSpan.FromSeconds(20));
            ended.Status.ShouldBe(InvocationStatus.Completed);
            left.Add($"{ended.Steps.Single().Result}");
        }

        left.ShouldBe(["9", "8", "7", "6"], ignoreOrder: true);
    }
}

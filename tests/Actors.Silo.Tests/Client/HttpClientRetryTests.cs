using System.Net.Sockets;
using Actors.Client;
using Actors.Journal;
using Actors.Silo.Tests.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Actors.Silo.Tests.Client;

public sealed class HttpClientRetryTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_start_whose_answer_was_lost_is_repeated_and_counts_once()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(Long);
        var lost = 2;
        silo.Engine.FaultAfterStart = () => lost-- > 0 ? new UnavailableException("the answer was lost") : null;
        var started = await client.StartAsync(new StartRequest("approve"));
        started.Created.ShouldBeFalse();
        silo.Engine.Starts.ShouldBe(1);
        (await client.ListAsync(new InvocationFilter())).Items.ShouldHaveSingleItem().InvocationId.ShouldBe(
            started.Id.Id);
    }

    [Fact]
    public async Task A_start_whose_connection_broke_is_repeated_and_counts_once()
    {
        var broken = 0;
        await using var silo = await RunningSilo.StartAsync(more: services => services.AddSingleton<IStartupFilter>(
            new Breaking(context => context.Request.Method == "POST" && Interlocked.Increment(ref broken) == 1)));
        using var client = silo.Client(Long);
        var started = await client.StartAsync(new StartRequest("approve"));
        started.Created.ShouldBeFalse();
        silo.Engine.Starts.ShouldBe(1);
        broken.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_its_first_use_is_lost_like_any_other()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var broken = new BrokenAtFirst();
        using var http = new HttpClient(broken) { BaseAddress = silo.Address };
        using var client = new HttpActorsClient(http, new HttpActorsClientOptions { RetryTimeMax = Long });
        await client.StartAsync(new StartRequest("approve"));
        broken.Requests.ShouldBe(2);

        using var again = new BrokenAtFirst();
        using var impatient = new HttpClient(again) { BaseAddress = silo.Address };
        using var other = new HttpActorsClient(impatient, new HttpActorsClientOptions { RetryTimeMax = TimeSpan.Zero });
        (await Should.ThrowAsync<UnavailableException>(() => other.ListProcessesAsync())).InnerException
            .ShouldBeOfType<SocketException>();
    }

    [Fact]
    public async Task A_watch_on_which_nothing_comes_is_given_up_in_the_end()
    {
        await using var silo = await RunningSilo.StartAsync(
            RunningSilo.Options with { EventsKeepAlive = TimeSpan.FromMinutes(5) });
        using var client = new HttpActorsClient(silo.Address, new HttpActorsClientOptions
        {
            WatchSilenceMax = TimeSpan.FromMilliseconds(20),
            RetryDelayFirst = TimeSpan.FromMilliseconds(5),
            RetryTimeMax = TimeSpan.FromMilliseconds(200),
        });
        var id = (await client.StartAsync(new StartRequest("approve"))).Id;
        var seen = new List<long>();
        var failure = await Should.ThrowAsync<UnavailableException>(async () =>
        {
            await foreach (var item in client.WatchAsync(id)) seen.Add(item.Sequence);
        });
        failure.Message.ShouldContain("resume after sequence 2");
        seen.ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData(StartPolicy.Reject)]
    [InlineData(StartPolicy.Replace)]
    public async Task A_start_that_would_count_twice_is_not_repeated_in_doubt(StartPolicy policy)
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(Long);
        silo.Engine.FaultAfterStart = () => new UnavailableException("the answer was lost");
        await Should.ThrowAsync<UnavailableException>(() =>
            client.StartAsync(new StartRequest("approve") { Key = "k", Policy = policy }));
        silo.Engine.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task Overload_is_waited_out_as_long_as_the_silo_asks()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(Long);
        var calls = 0;
        silo.Engine.Fault = _ => calls++ == 0 ? new OverloadedException("busy") : null;
        var began = TimeProvider.System.GetTimestamp();
        await client.StartAsync(new StartRequest("approve") { Policy = StartPolicy.Replace });
        calls.ShouldBe(2);
        TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task A_full_store_is_waited_out_for_it_has_done_nothing()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(Long);
        var calls = 0;
        silo.Engine.Fault = _ => calls++ == 0 ? new StoreFullException("no room") : null;
        await client.StartAsync(new StartRequest("approve") { Policy = StartPolicy.Replace });
        calls.ShouldBe(2);
        silo.Engine.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task Repetitions_end_when_their_time_is_over()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(TimeSpan.FromMilliseconds(500));
        var calls = 0;
        silo.Engine.Fault = _ =>
        {
            calls++;
            return new UnavailableException("away");
        };
        await Should.ThrowAsync<UnavailableException>(() => client.GetAsync(new InvocationId("approve", "1")));
        calls.ShouldBe(1, "the silo asks for a second, and only half a second is left");
    }

    [Fact]
    public async Task What_is_refused_for_good_is_not_repeated()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = silo.Client(Long);
        var calls = 0;
        silo.Engine.Fault = _ =>
        {
            calls++;
            return new TerminalException("no");
        };
        await Should.ThrowAsync<TerminalException>(() => client.GetAsync(new InvocationId("approve", "1")));
        calls.ShouldBe(1);
    }

    [Fact]
    public async Task Waits_and_watches_outlive_a_silo()
    {
        var first = await RunningSilo.StartAsync();
        using var client = first.Client(Long);
        var id = (await client.StartAsync(new StartRequest("approve"))).Id;
        var waits = client.WaitAsync(id);
        var seen = new List<long>();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watches = WatchAsync();
        await begun.Task;
        await first.Engine.Waiting.Task;

        await first.StopAsync();
        await first.DisposeAsync();
        await using var second = await RunningSilo.StartAsync(
            RunningSilo.Options with { Urls = [first.Address.ToString()] }, engine: first.Engine);
        await client.SignalAsync(id, "approval");
        (await waits).Status.ShouldBe(InvocationStatus.Completed);
        await watches;
        seen.ShouldBe((await client.HistoryAsync(id)).Events.Select(e => e.Sequence));

        async Task WatchAsync()
        {
            await foreach (var item in client.WatchAsync(id))
            {
                seen.Add(item.Sequence);
                begun.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task Long_waits_are_made_of_slices()
    {
        await using var silo = await RunningSilo.StartAsync();
        using var client = new HttpActorsClient(
            silo.Address, new HttpActorsClientOptions { WaitSlice = TimeSpan.FromMilliseconds(20) });
        var id = (await client.StartAsync(new StartRequest("approve"))).Id;
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = 0;
        silo.Engine.Fault = operation =>
        {
            if (operation == "wait" && ++waits == 3) third.TrySetResult();
            return null;
        };
        var ends = client.WaitAsync(id);
        await third.Task;
        await client.SignalAsync(id, "approval");
        (await ends).Status.ShouldBe(InvocationStatus.Completed);
    }

    [Fact]
    public async Task A_silo_that_is_not_there_is_unavailable()
    {
        using var client = new HttpActorsClient(
            new Uri("http://127.0.0.1:1"), new HttpActorsClientOptions { RetryTimeMax = TimeSpan.Zero });
        (await Should.ThrowAsync<UnavailableException>(() => client.ListProcessesAsync())).Message.ShouldContain(
            "127.0.0.1:1");
    }

    [Fact]
    public async Task The_client_is_registered_by_its_address()
    {
        await using var silo = await RunningSilo.StartAsync();
        await using var services = new ServiceCollection().AddActorsClient(silo.Address).BuildServiceProvider();
        (await services.GetRequiredService<IActorsClient>().ListProcessesAsync()).ShouldNotBeEmpty();
        using var given = new HttpActorsClient(silo.Http);
        (await given.ListProcessesAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Should.Throw<ArgumentException>(() =>
            new HttpActorsClient(
            new Uri("http://127.0.0.1:1"), new HttpActorsClientOptions { WaitSlice = TimeSpan.Zero }))
            .Message.ShouldContain("WaitSlice");
        Should.Throw<ArgumentException>(() => new HttpActorsClient(new Uri("ftp://127.0.0.1"))).Message.ShouldContain(
            "ftp");
        Should.Throw<ArgumentException>(() => new HttpActorsClient(new HttpClient())).Message.ShouldContain(
            "base address");
    }

    /// <summary>Loses the connection after some requests have been carried out.</summary>
    private sealed class Breaking(Func<HttpContext, bool> breaks) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, rest) =>
            {
                var answer = context.Response.Body;
                if (!breaks(context))
                {
                    await rest(context);
                    return;
                }

                context.Response.Body = Stream.Null;
                await rest(context);
                context.Response.Body = answer;
                context.Abort();
            });
            next(app);
        };
    }

    /// <summary>
    /// Fails as the runtime's own handler does if a connection is reset between coming about and its first use.
    /// </summary>
    private sealed class BrokenAtFirst() : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => ++Requests == 1
            ? throw new SocketException((int)SocketError.NotConnected)
            : base.SendAsync(request, cancellationToken);
    }
}

using System.Net;
using Actors.Definitions;
using Shouldly;
using Xunit.Abstractions;

namespace Actors.Silo.Orleans.Tests.Cluster;

/// <summary>A service that answers 503 for a while, while orders keep coming to several silos.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int Orders = 300;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_service_that_is_down_gets_a_tenth_above_its_normal_load_from_all_silos_together()
    {
        using var late = new CancellationTokenSource(Patience);
        await using var service = new FailingService();
        await using var cluster = await RunningCluster.StartAsync(2, options => options.AddProcess(
            Process.Define<Payload>("order")
                .Step("charge", step => step.Post(service.Url).Retry(
                    attemptsMax: 1_000, firstDelay: TimeSpan.FromMilliseconds(100), maxDelay: TimeSpan.FromSeconds(1)))
                .Build()));
        var began = TimeProvider.System.GetTimestamp();
        using var pace = new PeriodicTimer(Pause, TimeProvider.System);
        for (var i = 0; i < Orders; i++)
        {
            await pace.WaitForNextTickAsync(late.Token);
            await BeginAsync(cluster, i, late.Token);
            if (i == Orders / 2) await ExplainedAsync(cluster, late.Token);
            if (i == Orders / 2) await cluster.KillAsync(1);
        }

        // Some were in parts of the stream that the dead silo had.
        await service.AllSeen.WaitAsync(late.Token);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        output.WriteLine($"{service.Calls} requests of {Orders} orders in {seconds:F1} s while it was down");
        // A tenth, or one per second if that is more; ten at once at the beginning; and those in the silo that died,
        // which are in doubt and begun again.
        service.Calls.ShouldBeInRange(Orders, (int)(Orders * 1.1 + seconds + 20));

        service.IsDown = false;
        for (var i = 0; i < Orders; i++)
        {
            var id = Id(i);
            var ended = await OrdersOnCluster.RepeatAsync(
                () => cluster.ClientOf(0).WaitAsync(id, cancellationToken: late.Token));
            ended.Status.ShouldBe(InvocationStatus.Completed);
        }

        output.WriteLine($"all done {TimeProvider.System.GetElapsedTime(began).TotalSeconds - seconds:F1} s after");
        service.Charged.ShouldBe(Orders);
    }

    private static InvocationId Id(int order) => new("order", $"o-{order}");

    private static async Task BeginAsync(RunningCluster cluster, int order, CancellationToken late) =>
        await OrdersOnCluster.RepeatAsync(() => cluster.ClientOf(0).StartAsync(
            new StartRequest("order") { Key = Id(order).Id }, late));

    /// <summary>Some retry waits for the budget on each silo, and it is said wherever one asks.</summary>
    private static async Task ExplainedAsync(RunningCluster cluster, CancellationToken late)
    {
        for (var silo = 0; silo < 2; silo++)
        {
            var isNamed = false;
            for (var i = 0; !isNamed; i = (i + 1) % (Orders / 2))
            {
                var why = await cluster.ClientOf(silo).ExplainAsync(Id(i), late);
                isNamed = why.Waits.Any(wait => wait.For.Contains("the budget of service '127.0.0.1:"));
            }
        }
    }

    /// <summary>It charges each order once, by the idempotency key.</summary>
    private sealed class FailingService : IAsyncDisposable
    {
        private readonly HttpListener _listener;
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly HashSet<string> _charged = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource _allSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _running;
        private int _calls;

        public volatile bool IsDown = true;

        public FailingService()
        {
            (_listener, Url) = Listen();
            _running = RunAsync();
        }

        public string Url { get; }

        public int Calls => Volatile.Read(ref _calls);

        public int Charged => _charged.Count;

        /// <summary>Every order has asked it once at least.</summary>
        public Task AllSeen => _allSeen.Task;

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _running;
        }

        private static (HttpListener Listener, string Url) Listen()
        {
            while (true)
            {
                var url = $"http://127.0.0.1:{OneSilo.FreePort()}/";
                var listener = new HttpListener();
                listener.Prefixes.Add(url);
                try
                {
                    listener.Start();
                    return (listener, url);
                }
                catch (HttpListenerException)
                {
                    // Taken meanwhile; there are others.
                }
            }
        }

        private async Task RunAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Interlocked.Increment(ref _calls);
                var order = context.Request.Headers["Idempotency-Key"]!;
                if (!IsDown) _charged.Add(order);
                if (_seen.Add(order) && _seen.Count == Orders) _allSeen.SetResult();
                context.Response.StatusCode = IsDown ? 503 : 204;
                context.Response.Close();
            }
        }
    }
}

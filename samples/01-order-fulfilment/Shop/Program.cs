using Shop;

WebApplication app;
try
{
    app = ShopApp.Build(args);
}
catch (ShopSettingsException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

// The one line on stdout: whoever started the shop on port 0 reads the port from it.
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"listening on {app.Urls.First()}"));
if (app.Configuration.GetValue<bool>("stop-with-stdin")) StopWithStdin(app.Lifetime);
await app.RunAsync();
return 0;

// Whoever holds the other end of stdin is who needs this shop: should they be killed, it does not stay behind.
static void StopWithStdin(IHostApplicationLifetime lifetime) => new Thread(() =>
{
    using var stdin = Console.OpenStandardInput();
    while (stdin.ReadByte() >= 0)
    {
        // Only the end matters.
    }

    lifetime.StopApplication();
})
{ IsBackground = true }.Start();

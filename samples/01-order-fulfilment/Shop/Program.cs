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
await app.RunAsync();
return 0;

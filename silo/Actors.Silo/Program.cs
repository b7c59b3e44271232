using Actors.Silo;
using Actors.Silo.Hosting;

return await SiloProgram.RunAsync(
    args,
    (options, token) => SiloRunner.RunAsync(
        () => SiloApp.Build(options, services => SiloEngine.Add(services, options)), Console.Out, Console.Error, token),
    Console.Out,
    Console.Error);

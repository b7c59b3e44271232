using Actors.Simulation;

return SeedConsole.Run(args, Console.Out);

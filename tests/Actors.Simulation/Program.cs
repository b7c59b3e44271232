using Actors.Simulation;
using Actors.Simulation.CrashPoints;

return args is ["crash", ..] ? CrashCommand.Run(args[1..], Console.Out) : SeedConsole.Run(args, Console.Out);

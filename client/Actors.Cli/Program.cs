using Actors.Cli.Hosting;

using var interruption = new Interruption();
return await new CliProgram(CliHost.OfProcess(interruption.Token)).RunAsync(args);

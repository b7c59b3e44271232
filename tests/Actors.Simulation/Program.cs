using Actors.Simulation;

return Seeds.Run(args);

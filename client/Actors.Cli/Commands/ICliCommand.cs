using System.CommandLine;

namespace Actors.Cli.Commands;

/// <summary>One command of the program.</summary>
internal interface ICliCommand
{
    /// <summary>Its name, options and action.</summary>
    Command Build();
}

using Actors.Cli.Rendering;

namespace Actors.Cli.Hosting;

/// <summary>Finds out what the terminal can do.</summary>
internal static class TerminalForm
{
    private const int WidthMax = 160;

    /// <summary>The form of an output of this process.</summary>
    public static ScreenForm Of(bool isRedirected) =>
        Of(isRedirected, Environment.GetEnvironmentVariable, Console.OutputEncoding.CodePage, Size);

    /// <summary>The form of an output.</summary>
    /// <param name="isRedirected">To a file or a pipe.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="codePage">Of the output, where no locale says it.</param>
    /// <param name="size">Reads width and height; zero: not known.</param>
    public static ScreenForm Of(
        bool isRedirected, Func<string, string?> environment, int codePage, Func<(int Width, int Height)> size)
    {
        if (isRedirected || environment("TERM") == "dumb") return ScreenForm.Piped;
        var (width, height) = size();
        return new ScreenForm(
            IsInteractive: true,
            HasColour: string.IsNullOrEmpty(environment("NO_COLOR")),
            HasUnicode(environment, codePage),
            Math.Min(width <= 0 ? 80 : width, WidthMax),
            height <= 0 ? 24 : height);
    }

    private static bool HasUnicode(Func<string, string?> environment, int codePage)
    {
        if (OperatingSystem.IsWindows()) return codePage == 65001;
        string[] names = ["LC_ALL", "LC_CTYPE", "LANG"];
        var locale = names.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale?.Replace("-", "", StringComparison.Ordinal)
            .Contains("utf8", StringComparison.OrdinalIgnoreCase) == true;
    }

    private static (int Width, int Height) Size()
    {
        try
        {
            return (Console.WindowWidth, Console.WindowHeight);
        }
        catch (IOException)
        {
            return (0, 0);
        }
    }
}

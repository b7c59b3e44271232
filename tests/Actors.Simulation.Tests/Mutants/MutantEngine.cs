using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Actors.Simulation.Tests.Mutants;

/// <summary>
/// Compiles the embedded engine from its sources with one change, and loads it, with a simulator of its own, beside the
/// engine that is tested. So the engine's code has no switch for its mutants.
/// </summary>
internal static class MutantEngine
{
    private const string EngineName = "Actors.Silo.Embedded";

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Actors.Simulation")]
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Preview);

    private static readonly Lazy<Dictionary<string, SyntaxTree>> Sources = new(ReadAll);

    /// <summary>A simulator on the engine with a mutant in it.</summary>
    /// <returns>The assembly <c>Actors.Simulation</c>, loaded for it.</returns>
    /// <exception cref="InvalidOperationException">The change does not fit the source, or is not valid.</exception>
    public static Assembly SimulatorOf(HostMutant mutant)
    {
        using var image = new MemoryStream();
        var emitted = Compile(mutant).Emit(image);
        if (!emitted.Success)
            throw new InvalidOperationException($"mutant {mutant}: {string.Join("; ", emitted.Diagnostics
                .Where(d => d.Severity == DiagnosticSeverity.Error).Take(3))}");
        return new Context(image.ToArray()).LoadFromAssemblyPath(typeof(SeedSweep).Assembly.Location);
    }

    private static CSharpCompilation Compile(HostMutant mutant)
    {
        var original = Sources.Value[mutant.File].ToString();
        var places = original.Split(mutant.Before).Length - 1;
        if (places != 1)
            throw new InvalidOperationException(
                $"mutant {mutant} changes what stands in {mutant.File} {places} times: it must be there once");
        var changed = Parse(original.Replace(mutant.Before, mutant.After, StringComparison.Ordinal));
        var platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return CSharpCompilation.Create(
            EngineName,
            [
                .. Sources.Value.Where(s => s.Key != mutant.File).Select(s => s.Value), changed,
                CSharpSyntaxTree.ParseText(Usings, Parsing),
            ],
            platform.Split(Path.PathSeparator).Where(path => Path.GetFileNameWithoutExtension(path) != EngineName)
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    private static Dictionary<string, SyntaxTree> ReadAll()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Actors.sln"))) folder = folder.Parent!;
        var root = Path.Combine(folder.FullName, "silo", EngineName);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(root, path).Replace('\\', '/')))
            .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) &&
                !file.Name.StartsWith("bin/", StringComparison.Ordinal))
            .ToDictionary(file => file.Name, file => Parse(File.ReadAllText(file.Path)), StringComparer.Ordinal);
    }

    private static SyntaxTree Parse(string text)
    {
        var tree = CSharpSyntaxTree.ParseText(text, Parsing);
        return tree.WithRootAndOptions(new Silence().Visit(tree.GetRoot()), Parsing);
    }

    /// <summary>Log messages are left out: their bodies would come from a generator.</summary>
    private sealed class Silence : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
        {
            var isPartial = node.Modifiers.Any(SyntaxKind.PartialKeyword);
            if (!isPartial || node.Body is not null || node.ExpressionBody is not null) return node;
            return node
                .WithAttributeLists([])
                .WithModifiers([.. node.Modifiers.Where(m => !m.IsKind(SyntaxKind.PartialKeyword))])
                .WithBody(SyntaxFactory.Block())
                .WithSemicolonToken(default);
        }
    }

    private sealed class Context(byte[] engine) : AssemblyLoadContext("mutant")
    {
        private readonly Lock _gate = new();
        private Assembly? _engine;

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name != EngineName) return null;
            lock (_gate) return _engine ??= LoadFromStream(new MemoryStream(engine));
        }
    }
}

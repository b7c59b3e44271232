using Actors.Silo.Embedded;

namespace Actors.Silo.Hosting;

/// <summary>The host on a cluster: part of the silo only if it was built with <c>-p:Orleans=true</c>.</summary>
internal static class OrleansHost
{
#if ORLEANS
    /// <summary>Whether this silo has it.</summary>
    public static bool IsBuiltIn => true;

    /// <summary>Puts the engine on a cluster of this machine, to try it out.</summary>
    public static void Add(IServiceCollection services, Action<ActorsOptions> configure) =>
        services.AddOrleans(silo =>
            global::Orleans.Hosting.CoreHostingExtensions.UseLocalhostClustering(silo).UseActors(configure));
#else
    /// <summary>Whether this silo has it.</summary>
    public static bool IsBuiltIn => false;

    /// <exception cref="NotSupportedException">Always: the settings refuse this host before.</exception>
    public static void Add(IServiceCollection services, Action<ActorsOptions> configure) =>
        throw new NotSupportedException("this silo has no host 'orleans'; build it with -p:Orleans=true");
#endif
}

using Actors.Grains.Work;

namespace Actors.Silo.Orleans.Work;

/// <summary>Names an attempt on the wire.</summary>
/// <param name="Key">Which.</param>
internal sealed record WorkReference(WorkKey Key);

/// <summary>Tells a queue that an attempt of its has ended, or will never begin.</summary>
/// <param name="Key">Which.</param>
/// <param name="Succeeded">Whether its invocation goes on to the next stage.</param>
internal sealed record WorkEnded(WorkKey Key, bool Succeeded);

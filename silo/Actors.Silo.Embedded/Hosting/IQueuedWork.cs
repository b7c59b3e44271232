using Actors.Grains.Work;

namespace Actors.Silo.Embedded.Hosting;

/// <summary>An attempt that may have to wait for a limit or a stage.</summary>
internal interface IQueuedWork
{
    /// <summary>The attempt.</summary>
    WorkItem Item { get; }

    /// <summary>Whether it is not to begin any more.</summary>
    bool IsWithdrawn { get; }
}

namespace Actors.Storage;

/// <summary>How much may wait for the one writer, and how much it takes at once.</summary>
/// <param name="QueueCountMax">Appends that wait.</param>
/// <param name="QueueBytesMax">Their bytes.</param>
/// <param name="TransactionCountMax">Appends that share a transaction.</param>
/// <param name="TransactionBytesMax">Their bytes; a larger append goes alone.</param>
internal sealed record WriterBounds(
    int QueueCountMax, long QueueBytesMax, int TransactionCountMax, long TransactionBytesMax);

using Actors.Journal;
using Actors.Simulation.Scheduling;
using Actors.Storage.Memory;

namespace Actors.Simulation.Storage;

/// <summary>
/// A disk under one log. What was written is safe once it was flushed; a crash keeps of the rest what chance wants:
/// some of its bytes, some of its sectors, or wrong ones.
/// </summary>
internal sealed class SimulatedDisk
{
    private const int SectorBytes = 512;

    private byte[] _log = new byte[4096];
    private int _length;
    private int _synced;
    private (int Synced, RecoveredStore Store)? _peeked;

    /// <summary>Under which the store was opened last.</summary>
    public long OwnerEpoch { get; set; }

    /// <summary>Bytes that were written and not flushed.</summary>
    public int Unsynced => _length - _synced;

    public void Write(byte[] commit)
    {
        if (_log.Length < _length + commit.Length)
            Array.Resize(ref _log, Math.Max(_log.Length * 2, _length + commit.Length));
        commit.CopyTo(_log, _length);
        _length += commit.Length;
    }

    public void Sync() => _synced = _length;

    /// <summary>
    /// The process or the machine has gone, or a flush failed: what is not safe is there in part, or not at all.
    /// </summary>
    public void Crash(SimulatedRandom random)
    {
        var tail = _length - _synced;
        if (tail == 0) return;
        switch (random.Next(5))
        {
            case 0:
                _length = _synced;
                break;
            case 1:
                break;
            case 2:
                _length = _synced + random.Next(tail);
                break;
            case 3:
                for (var at = _synced; at < _length; at += SectorBytes)
                {
                    if (random.Chance(0.5)) _log.AsSpan(at, Math.Min(SectorBytes, _length - at)).Clear();
                }

                break;
            default:
                _log[_synced + random.Next(tail)] ^= (byte)(1 << random.Next(8));
                break;
        }
    }

    /// <summary>Flips a bit in the safe events of one journal.</summary>
    /// <returns>Of which; null: there is none of that kind.</returns>
    public GrainKey? Rot(SimulatedRandom random, GrainKind kind)
    {
        List<LoggedAppend> all = [];
        for (var at = 0; at < _synced && JournalLog.Read(_log, _synced, at) is var (appends, next); at = next)
            all.AddRange(appends.Where(a => a is { IsSound: true, Purge: null } && a.Append.Key.Kind == kind));
        if (all.Count == 0) return null;
        var (append, _, eventsAt, _) = random.Pick(all);
        _log[eventsAt + random.Next(append.Events.Length)] ^= (byte)(1 << random.Next(8));
        _peeked = null;
        return append.Key;
    }

    /// <summary>
    /// Reads the log anew: to its end, or to the first commit that is not all there, which was never acknowledged and
    /// is cut off.
    /// </summary>
    public RecoveredStore Recover()
    {
        var (recovered, end) = Read(_length);
        if (end < _synced) throw new SimulationException($"the log ends at {end}, but {_synced} bytes were safe");
        _length = _synced = end;
        return recovered;
    }

    /// <summary>What is safe now. Not to be changed: it is given again as long as it is the same.</summary>
    public RecoveredStore Peek()
    {
        if (_peeked is { } known && known.Synced == _synced) return known.Store;
        var store = Read(_synced).Store;
        _peeked = (_synced, store);
        return store;
    }

    private (RecoveredStore Store, int End) Read(int length)
    {
        var recovered = new RecoveredStore(new MemoryData(), [], []);
        var at = 0;
        while (at < length && JournalLog.Read(_log, length, at) is var (appends, next))
        {
            if (next > _synced && appends.Exists(a => !a.IsSound)) break;
            if (next > _synced) recovered.Late.AddRange(appends.Where(a => a.Purge is null).Select(a => a.Append));
            foreach (var (append, isSound, _, purge) in appends)
            {
                if (purge is not null) recovered.Data.Purge(purge.EndedBefore, purge.CountMax);
                else if (isSound && !recovered.Damaged.Contains(append.Key)) recovered.Data.Append(append);
                else recovered.Damaged.Add(append.Key);
            }

            at = next;
        }

        return (recovered, at);
    }
}

/// <summary>What a log holds.</summary>
/// <param name="Data">The journals.</param>
/// <param name="Damaged">Keys whose journals have a record with a wrong checksum.</param>
/// <param name="Late">Appends that were not flushed and are there all the same.</param>
internal sealed record RecoveredStore(MemoryData Data, HashSet<GrainKey> Damaged, List<JournalAppend> Late)
{
    /// <exception cref="StoreCorruptException">The journal is damaged.</exception>
    public void Check(GrainKey key)
    {
        if (Damaged.Contains(key))
            throw new StoreCorruptException($"a record of '{key}' does not give its checksum; restore a backup");
    }
}

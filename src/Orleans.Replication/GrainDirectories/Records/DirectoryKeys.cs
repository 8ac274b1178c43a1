using Orleans.Replication.Keys;
using Orleans.Runtime;

namespace Orleans.Replication.GrainDirectories.Records;

/// <summary>
/// The keys of one grain directory: its name, one byte for the kind of record, then the grain; or the silo and the grain, for the list of what is on
/// a silo. That list is what makes forgetting a dead silo as cheap as it had activations.
/// </summary>
internal static class DirectoryKeys
{
    private const byte EntryMark = 1;
    private const byte OnSiloMark = 2;

    /// <summary>The longest key of an entry: the key that lists the same grain under its silo, whose name is part of it, has to be a key as well.</summary>
    public const int MaxEntryBytes = KeyWriter.MaxBytes - sizeof(ushort) - (3 * DirectoryFormat.MaxNameCharacters);

    /// <summary>The beginning of all keys of a directory.</summary>
    public static byte[] Directory(string name) => new KeyWriter().Part(name).ToKey();

    /// <summary>The key of a grain's entry.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public static byte[] Entry(string name, GrainId grainId)
    {
        var key = new KeyWriter().Part(name).Mark(EntryMark).Part(grainId.Type.AsSpan()).Last(grainId.Key.AsSpan()).ToKey();
        return key.Length <= MaxEntryBytes ? key : throw new ArgumentException($"The names of directory '{name}' and grain {grainId} are too long together.");
    }

    /// <summary>The beginning of the keys of what is on a silo.</summary>
    /// <param name="directory">The key of the directory.</param>
    /// <param name="silo">The silo's address in text.</param>
    public static byte[] OnSilo(ReadOnlySpan<byte> directory, string silo) => new KeyWriter().Last(directory).Mark(OnSiloMark).Part(silo).ToKey();

    /// <summary>The key that says that a grain is on a silo.</summary>
    public static byte[] OnSilo(in DirectoryEntryKey entry, string silo) =>
        new KeyWriter().Last(entry.Directory).Mark(OnSiloMark).Part(silo).Last(entry.Grain).ToKey();

    /// <summary>The key of the entry of a grain that <see cref="OnSilo(ReadOnlySpan{byte}, string)"/> lists.</summary>
    public static byte[] EntryOf(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> grain) =>
        new KeyWriter().Last(directory).Mark(EntryMark).Last(grain).ToKey();

    /// <summary>Takes the key of an entry apart; false when it is none.</summary>
    public static bool TryReadEntry(ReadOnlySpan<byte> key, out DirectoryEntryKey entry)
    {
        entry = default;
        var reader = new KeyReader(key);
        if (!reader.TryReadPart(out _))
            return false;
        var directory = key[..^reader.Rest.Length];
        if (!reader.TryReadMark(out var mark) || mark != EntryMark)
            return false;
        var grain = reader.Rest;
        if (!reader.TryReadPart(out _))
            return false;
        entry = new(directory, grain);
        return true;
    }

    /// <summary>True when the key is that of a directory, and nothing behind it.</summary>
    public static bool IsDirectory(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return reader.TryReadPart(out _) && reader.Rest.IsEmpty;
    }
}

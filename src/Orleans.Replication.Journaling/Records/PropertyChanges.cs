using System.Text;

namespace Orleans.Replication.Journaling.Records;

/// <summary>Changes of a journal's properties, and the properties themselves, which are changes of none.</summary>
/// <param name="Expected">The etag that the journal must have; 0 for no condition.</param>
/// <param name="Set">The properties that get a value, in ordinal order of their names.</param>
/// <param name="Removed">The properties to remove.</param>
internal sealed record PropertyChanges(long Expected, SortedDictionary<string, string> Set, IReadOnlyList<string> Removed)
{
    /// <summary>No properties.</summary>
    public static PropertyChanges None => Of([]);

    /// <summary>Sets properties.</summary>
    public static PropertyChanges Of(IEnumerable<KeyValuePair<string, string>> properties, IEnumerable<string>? removed = null, long expected = 0) =>
        new(expected, new(new Dictionary<string, string>(properties), StringComparer.Ordinal), [.. removed ?? []]);

    /// <summary>Applies these changes to properties, and says whether any was changed by it.</summary>
    public bool ApplyTo(SortedDictionary<string, string> properties)
    {
        var changed = false;
        foreach (var name in Removed)
            changed |= properties.Remove(name);
        foreach (var (name, value) in Set)
        {
            changed |= !properties.TryGetValue(name, out var old) || old != value;
            properties[name] = value;
        }

        return changed;
    }

    /// <summary>Makes the bytes.</summary>
    public byte[] Encode()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(JournalFormat.Version);
            writer.Write(Expected);
            writer.Write(Set.Count);
            foreach (var (name, value) in Set)
            {
                writer.Write(name);
                writer.Write(value);
            }

            writer.Write(Removed.Count);
            foreach (var name in Removed)
                writer.Write(name);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads the bytes; null when they are malformed.</summary>
    public static PropertyChanges? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
            if (reader.ReadByte() != JournalFormat.Version)
                return null;
            var expected = reader.ReadInt64();
            var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var left = reader.ReadInt32(); left > 0; left--)
                set[reader.ReadString()] = reader.ReadString();
            var removed = new List<string>();
            for (var left = reader.ReadInt32(); left > 0; left--)
                removed.Add(reader.ReadString());
            return reader.BaseStream.Position == reader.BaseStream.Length ? new(expected, set, removed) : null;
        }
        catch (Exception error) when (error is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}

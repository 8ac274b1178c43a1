namespace Orleans.Replication.GrainDirectories.Records;

/// <summary>The two halves of an entry's key.</summary>
/// <param name="directory">The directory's own key.</param>
/// <param name="grain">The grain, as every key about it ends.</param>
internal readonly ref struct DirectoryEntryKey(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> grain)
{
    /// <summary>The directory's own key.</summary>
    public ReadOnlySpan<byte> Directory { get; } = directory;

    /// <summary>The grain, as every key about it ends.</summary>
    public ReadOnlySpan<byte> Grain { get; } = grain;
}

namespace Orleans.Replication.Tests.Storage;

/// <summary>A state of any size.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Parcel")]
public sealed class Parcel
{
    /// <summary>What is written on it.</summary>
    [Id(0)]
    public string Label { get; set; } = string.Empty;

    /// <summary>What is in it.</summary>
    [Id(1)]
    public byte[] Content { get; set; } = [];
}

namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>What is asked of a register.</summary>
internal sealed record RegisterCall(RegisterCallKind Kind, string? Value = null)
{
    public static RegisterCall Read { get; } = new(RegisterCallKind.Read);

    public static RegisterCall Delete { get; } = new(RegisterCallKind.Delete);

    public static RegisterCall Write(string value) => new(RegisterCallKind.Write, value);

    public static RegisterCall Create(string value) => new(RegisterCallKind.Create, value);

    public override string ToString() => Value is null ? $"{Kind}" : $"{Kind} {Value}";
}

internal enum RegisterCallKind
{
    Read,
    Write,

    /// <summary>Writes only when there is nothing.</summary>
    Create,
    Delete,
}

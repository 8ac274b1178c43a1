using System.Text;
using Orleans.Replication.Keys;
using Orleans.Runtime;

namespace Orleans.Replication.Reminders.Records;

/// <summary>
/// The keys of one service's reminders: the service's id, the grain's uniform hash, the grain's type and key, the reminder's name. They sort by the
/// hash, so that the silo that owns a range of the ring reads that range alone; the reminders of a grain lie together.
/// </summary>
internal sealed class ReminderKeys(string serviceId)
{
    private readonly byte[] _service = new KeyWriter().Part(serviceId).ToKey();

    /// <summary>The beginning of every key of the service.</summary>
    public ReadOnlyMemory<byte> All => _service;

    /// <summary>The beginning of the keys of a grain's reminders.</summary>
    public byte[] OfGrain(GrainId grainId) => StartGrain(grainId).ToKey();

    /// <summary>The key of a reminder.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public byte[] Of(GrainId grainId, string reminderName) => StartGrain(grainId).Last(reminderName).ToKey();

    /// <summary>The least key that a grain of this hash, or of a larger one, can have.</summary>
    public byte[] FromHash(uint hash) => new KeyWriter().Last(_service).Number(hash).ToKey();

    /// <summary>Finds the grain and the name in a key of this service.</summary>
    /// <exception cref="InvalidDataException">The key was written by other software.</exception>
    public (GrainId GrainId, string ReminderName) Read(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key[_service.Length..]);
        if (!reader.TryReadNumber(out uint _) || !reader.TryReadPart(out var type) || !reader.TryReadPart(out var grainKey))
            throw new InvalidDataException("The key of a reminder cannot be read: it was written by other software.");
        return (new GrainId(new GrainType(type.ToArray()), new IdSpan(grainKey.ToArray())), Encoding.UTF8.GetString(reader.Rest));
    }

    /// <summary>True when the key is that of a reminder of some service.</summary>
    public static bool IsReminder(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return reader.TryReadPart(out _)
            && reader.TryReadNumber(out uint _)
            && reader.TryReadPart(out var type)
            && !type.IsEmpty
            && reader.TryReadPart(out var grainKey)
            && !grainKey.IsEmpty;
    }

    /// <summary>True when the key is the beginning of all keys of some service, and no more.</summary>
    public static bool IsService(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return reader.TryReadPart(out _) && reader.Rest.IsEmpty;
    }

    private KeyWriter StartGrain(GrainId grainId) => new KeyWriter()
        .Last(_service)
        .Number(grainId.GetUniformHashCode())
        .Part(grainId.Type.AsSpan())
        .Part(grainId.Key.AsSpan());
}

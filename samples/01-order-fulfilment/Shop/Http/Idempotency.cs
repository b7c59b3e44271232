using System.Security.Cryptography;
using System.Text;
using Shop.Ledger;

namespace Shop.Http;

/// <summary>Which request this is.</summary>
/// <param name="Key">Header <c>Idempotency-Key</c>; null if there is none.</param>
/// <param name="Fingerprint">Hash of method, path and body.</param>
internal sealed record RequestIdentity(string? Key, string Fingerprint)
{
    /// <exception cref="BadRequestException">The key is empty or too long.</exception>
    public static RequestIdentity Of(HttpRequest request, byte[] body)
    {
        var key = request.Headers["Idempotency-Key"] is [{ } only] ? only : null;
        if (key is { Length: 0 or > Counter.KeyCharactersMax })
            throw new BadRequestException($"Idempotency-Key must have 1 to {Counter.KeyCharactersMax} characters");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n"));
        hash.AppendData(body);
        return new RequestIdentity(key, Convert.ToHexString(hash.GetHashAndReset()));
    }
}

/// <summary>
/// Does a request once per idempotency key. The answer is stored in the transaction of the effect: had it one of its
/// own, a crash between the two would leave an effect without an answer, and the retry would do it again. Refusals
/// (402, 404, 409) are answers and are stored too; 400, 422 and 503 did nothing and are not. Keys are kept as long as
/// the ledger. Without a key every request is a new one.
/// </summary>
internal static class Idempotency
{
    public static Answer Once(
        LedgerTransaction transaction, RequestIdentity identity, Func<LedgerTransaction, string?, Answer> effect)
    {
        if (identity.Key is null) return effect(transaction, null);
        if (transaction.FindAnswer(identity.Key) is { } stored)
        {
            return stored.Fingerprint == identity.Fingerprint
                ? new Answer(stored.Status, stored.Body)
                : Answer.Problem(422, "idempotency-key-reused",
                    $"the Idempotency-Key '{identity.Key}' was used before; a new request needs a new key");
        }

        var answer = effect(transaction, identity.Key);
        transaction.KeepAnswer(identity.Key, identity.Fingerprint, answer.Status, answer.Body);
        return answer;
    }
}

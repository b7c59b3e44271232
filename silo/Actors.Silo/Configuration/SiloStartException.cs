namespace Actors.Silo.Configuration;

/// <summary>The silo was not started: the message says what is wrong and what to do, one line per error.</summary>
/// <param name="message">For the person who starts it.</param>
/// <param name="inner">What it came from.</param>
public sealed class SiloStartException(string message, Exception? inner = null) : Exception(message, inner);

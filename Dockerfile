# For those who do not use Lambda: gunicorn, to stand behind a proxy that speaks TLS. compose.yaml runs it with MySQL.
FROM python:3.12-slim-bookworm AS build

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock requirements-dev.txt ./
RUN python -m venv /venv \
    && grep '^gunicorn==' requirements-dev.txt > requirements-server.txt \
    && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    && /venv/bin/pip install --no-cache-dir -r requirements-server.txt


FROM python:3.12-slim-bookworm

# The client library brings the sign-in plugin of MySQL 8 (caching_sha2_password).
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin kloppocar
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY . .
# Static files are part of the image. This key signs nothing: nobody is served while it is set.
RUN ENV=local SECRET_KEY=of-the-build DATABASE_URL=sqlite://:memory: python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && install -d -o kloppocar -m 700 .local
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "scripts/healthy.py"]
CMD ["gunicorn", "--config", "scripts/gunicorn.conf.py", "kloppocar.wsgi"]
